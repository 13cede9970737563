-- The payment inbox: one table of payments, one row of settings, and the functions that the workflows call.
-- It may be run again at any time: it creates what is missing and replaces the functions, and it deletes nothing.

SELECT pg_advisory_xact_lock(hashtext('zoo_inbox'));
CREATE SCHEMA IF NOT EXISTS zoo_inbox;

CREATE TABLE IF NOT EXISTS zoo_inbox.setting (
	only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
	version integer NOT NULL,
	account text NOT NULL,
	live boolean NOT NULL,
	-- Payments from before are recorded and not added: another workflow has added them.
	credited_from timestamptz NOT NULL,
	-- After a restore from a backup: payments from before that are not in the table wait for a person.
	restored_at timestamptz,
	balance_model text NOT NULL CHECK (balance_model IN ('prePay', 'apiCredits')),
	credit_multiplier numeric NOT NULL CHECK (credit_multiplier > 0),
	max_amount numeric NOT NULL CHECK (max_amount > 0),
	-- Whether tax and shipping are left out of what is added.
	net boolean NOT NULL,
	-- The metadata key that marks the checkouts that are meant for Zoo; empty: all of them are.
	marker text NOT NULL,
	-- A quarter of it is at least the twenty seconds that the last request may take and still land in.
	lease_seconds integer NOT NULL CHECK (lease_seconds >= 80),
	rest_seconds integer NOT NULL CHECK (rest_seconds >= 1),
	paused_until timestamptz,
	paused_because text,
	swept_at timestamptz,
	told text,
	told_at timestamptz
);

CREATE TABLE IF NOT EXISTS zoo_inbox.payment (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	account text NOT NULL,
	live boolean NOT NULL,
	-- The payment's own ID at Stripe, such as pi_…; of refunds and disputes theirs.
	payment text NOT NULL,
	kind text NOT NULL CHECK (kind IN ('payment', 'refund', 'dispute', 'renewal', 'difference')),
	status text NOT NULL CHECK (status IN ('due', 'working', 'done', 'person', 'ignored')),
	-- What a person has to know of it.
	why text,
	organization uuid,
	amount_cents bigint,
	currency text,
	payer text,
	checkout text,
	paid_at timestamptz,
	received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	received_by text NOT NULL,
	not_before timestamptz NOT NULL DEFAULT clock_timestamp(),
	attempts integer NOT NULL DEFAULT 0,
	-- Counts up with every claim: whoever stores something has to name the count that it was given.
	claims integer NOT NULL DEFAULT 0,
	holder text,
	lease_until timestamptz,
	-- What the write was decided to be, stored before anything is sent.
	preview jsonb,
	added_at timestamptz,
	-- Until then an attempt that got no answer, before the one that was confirmed, may still land on what is written next.
	open_until timestamptz,
	call_id text,
	balance_before jsonb,
	balance_after jsonb,
	history jsonb NOT NULL DEFAULT '[]',
	UNIQUE (account, live, payment),
	CHECK (status NOT IN ('due', 'working') OR (kind = 'payment' AND organization IS NOT NULL AND amount_cents > 0)),
	CHECK ((status = 'working') = (lease_until IS NOT NULL))
);
-- When Zoo had last updated the balance that was seen after the payment was added: an older one is without the payment.
ALTER TABLE zoo_inbox.payment ADD COLUMN IF NOT EXISTS balance_updated_at timestamptz;

-- One open write for each organization: one that is worked on, or one that may have been sent and waits for a person.
CREATE UNIQUE INDEX IF NOT EXISTS payment_open ON zoo_inbox.payment (organization)
	WHERE status = 'working' OR (status = 'person' AND preview IS NOT NULL);
CREATE INDEX IF NOT EXISTS payment_due ON zoo_inbox.payment (organization, id) WHERE status = 'due';
CREATE INDEX IF NOT EXISTS payment_due_first ON zoo_inbox.payment (id) WHERE status = 'due';
CREATE INDEX IF NOT EXISTS payment_leased ON zoo_inbox.payment (lease_until) WHERE status = 'working';
CREATE INDEX IF NOT EXISTS payment_for_a_person ON zoo_inbox.payment (id) WHERE status = 'person';
CREATE INDEX IF NOT EXISTS payment_may_land ON zoo_inbox.payment (organization, open_until) WHERE open_until IS NOT NULL;
CREATE INDEX IF NOT EXISTS payment_seen ON zoo_inbox.payment (organization, balance_updated_at) WHERE balance_updated_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS payment_added ON zoo_inbox.payment (added_at) WHERE added_at IS NOT NULL;

-- A payment whose row is gone would be added again when Stripe tells of it again.
CREATE OR REPLACE FUNCTION zoo_inbox.keep_rows() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
	RAISE EXCEPTION 'Rows of zoo_inbox.payment are never deleted: a payment without its row would be added again';
END $body$;
CREATE OR REPLACE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON zoo_inbox.payment
	FOR EACH STATEMENT EXECUTE FUNCTION zoo_inbox.keep_rows();

CREATE OR REPLACE FUNCTION zoo_inbox.set_up(wanted jsonb) RETURNS zoo_inbox.setting LANGUAGE plpgsql AS $body$
DECLARE
	result zoo_inbox.setting;
BEGIN
	IF coalesce(wanted ->> 'credited_from', '') = '' THEN
		wanted := wanted - 'credited_from';
		IF NOT EXISTS (SELECT 1 FROM zoo_inbox.setting) THEN
			RAISE EXCEPTION 'Enter in Settings from when on the inbox credits payments (credited_from): the moment when you switched off the endpoint at Stripe that credited them before';
		END IF;
		wanted := wanted || jsonb_build_object('credited_from', (SELECT credited_from FROM zoo_inbox.setting));
	END IF;
	INSERT INTO zoo_inbox.setting AS s
		(version, account, live, credited_from, balance_model, credit_multiplier, max_amount, net, marker, lease_seconds, rest_seconds)
	SELECT 1, w.account, w.live, w.credited_from, w.balance_model, w.credit_multiplier, w.max_amount, w.net, w.marker, w.lease_seconds, w.rest_seconds
	FROM jsonb_populate_record(NULL::zoo_inbox.setting, wanted) w
	ON CONFLICT (only_row) DO UPDATE SET
		version = 1, account = excluded.account, live = excluded.live,
		-- Never moved: what was ignored would stay ignored, and what was added would not be taken back.
		credited_from = s.credited_from,
		balance_model = excluded.balance_model, credit_multiplier = excluded.credit_multiplier,
		max_amount = excluded.max_amount, net = excluded.net, marker = excluded.marker,
		lease_seconds = excluded.lease_seconds, rest_seconds = excluded.rest_seconds,
		paused_until = NULL, paused_because = NULL
	RETURNING * INTO result;
	RETURN result;
END $body$;

CREATE OR REPLACE FUNCTION zoo_inbox.noted(history jsonb, what text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $body$
	SELECT CASE WHEN jsonb_array_length(history) < 60 THEN history ELSE history - 20 END
		|| jsonb_build_array(jsonb_build_object('at', clock_timestamp(), 'what', what) || jsonb_strip_nulls(more))
$body$;

-- Puts one row in, or finds that it is there. A row that says something else gets a companion for a person.
CREATE OR REPLACE FUNCTION zoo_inbox.put_in(row_wanted zoo_inbox.payment) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	r zoo_inbox.payment := row_wanted;
	there zoo_inbox.payment;
BEGIN
	INSERT INTO zoo_inbox.payment
		(account, live, payment, kind, status, why, organization, amount_cents, currency, payer, checkout, paid_at, received_by)
	VALUES (r.account, r.live, r.payment, r.kind, r.status, r.why, r.organization, r.amount_cents, r.currency, r.payer, r.checkout, r.paid_at, r.received_by)
	ON CONFLICT (account, live, payment) DO NOTHING;
	IF FOUND THEN RETURN r.status; END IF;
	SELECT * INTO there FROM zoo_inbox.payment p WHERE (p.account, p.live, p.payment) = (r.account, r.live, r.payment);
	IF r.kind <> 'payment' OR (there.organization, there.amount_cents, there.currency) IS NOT DISTINCT FROM (r.organization, r.amount_cents, r.currency)
		-- A person has named the organization.
		OR (there.organization IS NOT NULL AND r.organization IS NULL AND (there.amount_cents, there.currency) IS NOT DISTINCT FROM (r.amount_cents, r.currency))
	THEN RETURN 'there'; END IF;
	r.kind := 'difference';
	r.status := 'person';
	r.why := format('Stripe tells of payment %s with other contents than row %s has; row %s stands. Find out which is right.', r.payment, there.id, there.id);
	r.payment := r.payment || ' differs ' || md5(concat_ws(' ', r.organization, r.amount_cents, r.currency));
	RETURN zoo_inbox.put_in(r);
END $body$;

-- A checkout session as Stripe's API answers it, with payment_intent.latest_charge expanded. told_at: when the event that led
-- here came about; unknown for one that was found in a list. Answers what became of it.
CREATE OR REPLACE FUNCTION zoo_inbox.take_checkout(session jsonb, told_at timestamptz, received_by text) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	s zoo_inbox.setting;
	r zoo_inbox.payment;
	intent jsonb := session -> 'payment_intent';
	charge jsonb := session -> 'payment_intent' -> 'latest_charge';
	charged_at timestamptz;
	meant text := session -> 'metadata' ->> 'organization';
	total text := session ->> 'amount_total';
BEGIN
	SELECT * INTO STRICT s FROM zoo_inbox.setting;
	IF session ->> 'object' IS DISTINCT FROM 'checkout.session' THEN RAISE EXCEPTION 'Stripe answered something else than a checkout session'; END IF;
	IF (session -> 'livemode') IS DISTINCT FROM to_jsonb(s.live) THEN RETURN 'another mode'; END IF;
	IF s.marker <> '' AND NOT coalesce(session -> 'metadata', '{}') ? s.marker THEN RETURN 'another product'; END IF;
	IF session ->> 'status' IS DISTINCT FROM 'complete' OR session ->> 'payment_status' IS DISTINCT FROM 'paid' THEN RETURN 'not paid'; END IF;
	IF total !~ '^[0-9]{1,15}$' OR total::bigint = 0 THEN RETURN 'nothing paid'; END IF;

	r.account := s.account;
	r.live := s.live;
	r.payment := coalesce(intent ->> 'id', CASE WHEN jsonb_typeof(intent) = 'string' THEN session ->> 'payment_intent' END, session ->> 'id');
	r.kind := 'payment';
	r.amount_cents := total::bigint;
	IF s.net THEN
		r.amount_cents := r.amount_cents - coalesce((session -> 'total_details' ->> 'amount_tax')::bigint, 0)
			- coalesce((session -> 'total_details' ->> 'amount_shipping')::bigint, 0);
	END IF;
	r.currency := lower(session ->> 'currency');
	r.payer := coalesce(session -> 'customer_details' ->> 'email', session ->> 'customer_email');
	r.checkout := session ->> 'id';
	r.received_by := received_by;
	IF btrim(meant) ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN r.organization := btrim(meant)::uuid; END IF;
	IF charge ->> 'created' ~ '^[0-9]{1,12}$' THEN charged_at := to_timestamp((charge ->> 'created')::bigint); END IF;
	r.paid_at := coalesce(told_at, charged_at);

	r.status := 'person';
	r.why := CASE
		WHEN session ->> 'mode' IS DISTINCT FROM 'payment' THEN 'A subscription or another kind of checkout, which the inbox does not add by itself.'
		WHEN r.currency IS DISTINCT FROM 'usd' THEN format('Paid in %s, and the balance is in USD.', coalesce(upper(r.currency), 'an unknown currency'))
		WHEN r.organization IS NULL THEN format('No organization: the checkout''s metadata has %s.', coalesce(quote_literal(left(meant, 80)), 'none'))
		WHEN r.amount_cents <= 0 THEN 'Nothing is left to add without tax and shipping.'
		WHEN jsonb_typeof(intent) IS DISTINCT FROM 'object' THEN 'The payment behind the checkout was not answered, so it cannot be compared.'
		WHEN intent ->> 'capture_method' = 'manual' OR intent ->> 'amount_received' IS DISTINCT FROM total
			THEN format('Captured by hand or in part: %s of %s cents received.', coalesce(intent ->> 'amount_received', 'an unknown part'), total)
		WHEN r.paid_at IS NULL THEN 'When it was paid is unknown.'
		-- A bank debit is charged days before it is paid, so only its event tells the time.
		WHEN told_at IS NULL AND charged_at < s.credited_from AND charge -> 'payment_method_details' ->> 'type' IS DISTINCT FROM 'card'
			AND charged_at > s.credited_from - interval '30 days' THEN 'Begun before the inbox credits payments and paid nobody knows when: was it added by what was there before?'
		WHEN r.paid_at >= s.credited_from AND r.paid_at < s.restored_at
			THEN 'Paid before the database was restored from a backup: it may have been added, look at the balance.'
	END;
	IF r.why IS NULL THEN
		r.status := CASE WHEN r.paid_at < s.credited_from THEN 'ignored' ELSE 'due' END;
		IF r.status = 'ignored' THEN r.why := 'Paid before the inbox credits payments.'; END IF;
	ELSIF r.paid_at < s.credited_from AND r.paid_at IS NOT NULL AND told_at IS NOT NULL THEN
		r.status := 'ignored';
	END IF;
	RETURN zoo_inbox.put_in(r);
END $body$;

-- A refund or dispute of a payment that is in the table: a row for a person. Nothing is subtracted by itself.
CREATE OR REPLACE FUNCTION zoo_inbox.take_reversal(reversal jsonb, received_by text) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	r zoo_inbox.payment;
	p zoo_inbox.payment;
	paid text := coalesce(reversal -> 'payment_intent' ->> 'id', reversal ->> 'payment_intent');
BEGIN
	SELECT q.* INTO p FROM zoo_inbox.payment q JOIN zoo_inbox.setting s ON (q.account, q.live) = (s.account, s.live)
	WHERE q.payment = paid AND q.kind = 'payment';
	IF NOT FOUND OR p.status = 'ignored' THEN RETURN 'not of the inbox'; END IF;
	r.account := p.account;
	r.live := p.live;
	r.payment := reversal ->> 'id';
	r.kind := CASE WHEN reversal ->> 'object' = 'dispute' THEN 'dispute' ELSE 'refund' END;
	r.status := 'person';
	r.organization := p.organization;
	r.amount_cents := (reversal ->> 'amount')::bigint;
	r.currency := lower(reversal ->> 'currency');
	r.payer := p.payer;
	r.checkout := p.checkout;
	r.received_by := received_by;
	IF reversal ->> 'created' ~ '^[0-9]{1,12}$' THEN r.paid_at := to_timestamp((reversal ->> 'created')::bigint); END IF;
	r.why := format('A %s of payment %s (row %s). Decide whether to take it from the balance.', r.kind, paid, p.id);
	RETURN zoo_inbox.put_in(r);
END $body$;

-- A renewal of a subscription that names an organization: a row for a person.
CREATE OR REPLACE FUNCTION zoo_inbox.take_renewal(invoice jsonb, received_by text) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	s zoo_inbox.setting;
	r zoo_inbox.payment;
	meant text := coalesce(invoice -> 'metadata' ->> 'organization', invoice -> 'subscription_details' -> 'metadata' ->> 'organization',
		invoice -> 'parent' -> 'subscription_details' -> 'metadata' ->> 'organization');
BEGIN
	SELECT * INTO STRICT s FROM zoo_inbox.setting;
	IF (invoice -> 'livemode') IS DISTINCT FROM to_jsonb(s.live) THEN RETURN 'another mode'; END IF;
	IF meant IS NULL OR coalesce(invoice ->> 'amount_paid', '0') = '0' THEN RETURN 'another product'; END IF;
	r.account := s.account;
	r.live := s.live;
	r.payment := invoice ->> 'id';
	r.kind := 'renewal';
	r.status := 'person';
	r.amount_cents := (invoice ->> 'amount_paid')::bigint;
	r.currency := lower(invoice ->> 'currency');
	r.payer := invoice ->> 'customer_email';
	r.received_by := received_by;
	IF btrim(meant) ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN r.organization := btrim(meant)::uuid; END IF;
	r.why := 'An invoice of a subscription was paid, which the inbox does not add by itself.';
	RETURN zoo_inbox.put_in(r);
END $body$;

-- A signed event. `status` and `session`: Stripe's answer when the checkout was asked for by its ID.
CREATE OR REPLACE FUNCTION zoo_inbox.take_event(event jsonb, status integer, session jsonb) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	s zoo_inbox.setting;
	object jsonb := event -> 'data' -> 'object';
	source text := format('event %s', event ->> 'id');
BEGIN
	SELECT * INTO STRICT s FROM zoo_inbox.setting;
	IF (event -> 'livemode') IS DISTINCT FROM to_jsonb(s.live) THEN RETURN 'another mode'; END IF;
	CASE event ->> 'type'
	WHEN 'checkout.session.completed', 'checkout.session.async_payment_succeeded' THEN
		IF status IS DISTINCT FROM 200 OR session ->> 'id' IS DISTINCT FROM object ->> 'id' THEN
			RAISE EXCEPTION 'Stripe does not tell of checkout % (status %)', object ->> 'id', status;
		END IF;
		RETURN zoo_inbox.take_checkout(session, to_timestamp((event ->> 'created')::bigint), source);
	WHEN 'refund.created', 'charge.dispute.created' THEN RETURN zoo_inbox.take_reversal(object, source);
	WHEN 'invoice.paid' THEN RETURN zoo_inbox.take_renewal(object, source);
	ELSE RETURN 'another event';
	END CASE;
END $body$;

-- One page of a list of Stripe's: checkout sessions, refunds or disputes. Answers how many rows are new.
CREATE OR REPLACE FUNCTION zoo_inbox.take_page(page jsonb) RETURNS TABLE (seen integer, added integer, for_a_person integer) LANGUAGE plpgsql AS $body$
DECLARE
	one jsonb;
	became text;
BEGIN
	IF jsonb_typeof(page -> 'data') IS DISTINCT FROM 'array' THEN RAISE EXCEPTION 'Stripe answered no list: %', left(page::text, 200); END IF;
	seen := 0;
	added := 0;
	for_a_person := 0;
	FOR one IN SELECT * FROM jsonb_array_elements(page -> 'data') LOOP
		became := CASE one ->> 'object'
			WHEN 'checkout.session' THEN zoo_inbox.take_checkout(one, NULL, 'reconciliation')
			ELSE zoo_inbox.take_reversal(one, 'reconciliation')
		END;
		seen := seen + 1;
		IF became = 'due' THEN added := added + 1; END IF;
		IF became = 'person' THEN for_a_person := for_a_person + 1; END IF;
	END LOOP;
	RETURN NEXT;
END $body$;

-- What the workflow gets to work on. asked_at: the worker's own clock when it asked, in milliseconds, handed back as it came,
-- so that it can tell how much of the lease is left without comparing two machines' clocks.
CREATE OR REPLACE FUNCTION zoo_inbox.work(p zoo_inbox.payment, s zoo_inbox.setting, sent_before text, asked_at text)
RETURNS jsonb LANGUAGE sql AS $body$
	SELECT jsonb_build_object(
		'id', p.id, 'claims', p.claims, 'payment', p.payment, 'organization', p.organization,
		'amount_cents', p.amount_cents::text, 'currency', p.currency,
		'preview', p.preview, 'sent_before', sent_before,
		'next', CASE WHEN p.preview IS NULL THEN s.balance_model ELSE 'apply' END,
		'credit_multiplier', trim_scale(s.credit_multiplier)::text, 'max_amount', trim_scale(s.max_amount)::text,
		-- A quarter of the lease is kept for the last write, which may time out and still land; of 180 seconds it can be looked at twice.
		'send_within', floor(extract(epoch FROM p.lease_until - clock_timestamp()) - s.lease_seconds / 4.0), 'asked_at', asked_at)
$body$;

-- At most one payment for each organization, the oldest due one, and never beside an open one. Rows whose lease has run out are
-- taken over as they are. Rows that have met trouble come apart from the others, so that these do not wait for them.
CREATE OR REPLACE FUNCTION zoo_inbox.claim(version_wanted integer, holder_wanted text, many integer, asked_at text)
RETURNS TABLE (work jsonb) LANGUAGE plpgsql AS $body$
DECLARE
	s zoo_inbox.setting;
	taken bigint[];
	troubled boolean;
BEGIN
	SELECT * INTO s FROM zoo_inbox.setting;
	IF s.version IS DISTINCT FROM version_wanted THEN
		RAISE EXCEPTION 'The payment inbox is set up for version %, this workflow is made for version %: import and execute the matching Set up', s.version, version_wanted;
	END IF;
	IF s.swept_at IS NULL OR s.swept_at < clock_timestamp() - interval '30 seconds' THEN
		UPDATE zoo_inbox.setting SET swept_at = clock_timestamp()
		WHERE only_row IN (SELECT only_row FROM zoo_inbox.setting FOR UPDATE SKIP LOCKED);
	END IF;
	IF s.paused_until > clock_timestamp() THEN RETURN; END IF;
	-- After a pause one row tries whether it is over.
	IF s.paused_because IS NOT NULL THEN many := 1; END IF;

	SELECT array_agg(id ORDER BY id) INTO taken FROM (
		SELECT id FROM zoo_inbox.payment WHERE status = 'working' AND lease_until < clock_timestamp()
		ORDER BY lease_until LIMIT many FOR UPDATE SKIP LOCKED) lapsed;
	FOREACH troubled IN ARRAY ARRAY[true, false] LOOP
		EXIT WHEN taken IS NOT NULL;
		SELECT array_agg(id ORDER BY id) INTO taken FROM (
			SELECT p.id FROM zoo_inbox.payment p
			WHERE p.status = 'due' AND p.not_before <= clock_timestamp() AND (p.attempts > 0) = troubled
				AND NOT EXISTS (SELECT 1 FROM zoo_inbox.payment e WHERE e.organization = p.organization AND e.status = 'due' AND e.id < p.id)
				AND NOT EXISTS (SELECT 1 FROM zoo_inbox.payment o WHERE o.organization = p.organization
					AND (o.status = 'working' OR (o.status = 'person' AND o.preview IS NOT NULL)))
				AND NOT EXISTS (SELECT 1 FROM zoo_inbox.payment l WHERE l.organization = p.organization AND l.open_until > clock_timestamp())
			ORDER BY p.id LIMIT many FOR UPDATE OF p SKIP LOCKED) free;
	END LOOP;
	IF taken IS NULL THEN RETURN; END IF;
	RETURN QUERY
		WITH claimed AS (
			UPDATE zoo_inbox.payment p SET status = 'working', holder = holder_wanted, claims = p.claims + 1,
				lease_until = clock_timestamp() + make_interval(secs => s.lease_seconds),
				history = zoo_inbox.noted(p.history, 'claimed', jsonb_build_object('by', holder_wanted, 'attempt', p.attempts + 1))
			WHERE p.id = ANY (taken)
			RETURNING p.*)
		SELECT zoo_inbox.work(c, s, CASE WHEN c.preview IS NULL THEN 'no' ELSE 'perhaps' END, claim.asked_at) FROM claimed c ORDER BY c.id;
EXCEPTION
	-- Two rows of one organization whose transactions ended in another order than they began: the next round finds them in order.
	WHEN unique_violation THEN RETURN;
END $body$;

-- When Zoo says that a balance was updated; unknown where it does not say so, and where it says that it is to come. Cut to
-- microseconds, so that one moment told more and less exactly is never older than itself.
CREATE OR REPLACE FUNCTION zoo_inbox.moment(said text) RETURNS timestamptz LANGUAGE plpgsql AS $body$
BEGIN
	IF said !~* '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$' THEN RETURN NULL; END IF;
	said := regexp_replace(said, '([.][0-9]{6})[0-9]+', '\1');
	RETURN CASE WHEN said::timestamptz < clock_timestamp() + interval '1 hour' THEN said::timestamptz END;
EXCEPTION
	WHEN data_exception THEN RETURN NULL;
END $body$;

-- Stores what a write was decided to be, before anything is sent: only for whoever holds the row, and only while the lease lasts.
-- No row comes back otherwise, and then nothing may be sent. What was looked up from a copy of Zoo's data that an earlier payment
-- had not reached is looked up again later: whatever is built on it would undo that payment.
CREATE OR REPLACE FUNCTION zoo_inbox.keep(id_held bigint, claims_held integer, preview_made jsonb, asked_at text)
RETURNS TABLE (work jsonb) LANGUAGE plpgsql AS $body$
DECLARE
	s zoo_inbox.setting;
	p zoo_inbox.payment;
BEGIN
	SELECT * INTO STRICT s FROM zoo_inbox.setting;
	SELECT * INTO p FROM zoo_inbox.payment q
	WHERE q.id = id_held AND q.claims = claims_held AND q.status = 'working' AND q.preview IS NULL AND q.lease_until > clock_timestamp()
	FOR UPDATE;
	IF NOT FOUND THEN RETURN; END IF;
	IF preview_made ->> 'orgId' IS DISTINCT FROM p.organization::text OR preview_made ->> 'reference' IS DISTINCT FROM p.payment THEN
		RAISE EXCEPTION 'The preview is not of payment % (row %)', p.payment, p.id;
	END IF;
	IF zoo_inbox.moment(preview_made ->> 'updatedAt')
		< (SELECT max(o.balance_updated_at) FROM zoo_inbox.payment o WHERE o.organization = p.organization) THEN
		PERFORM zoo_inbox.record(id_held, claims_held, 'no', jsonb_build_object(
			'error', 'Zoo answered with an older balance than after an earlier payment',
			'details', jsonb_build_object('outcome', 'notSent', 'reason', 'staleReply')));
		RETURN;
	END IF;
	UPDATE zoo_inbox.payment q SET preview = preview_made,
		history = zoo_inbox.noted(q.history, 'preview kept', jsonb_build_object('from', preview_made -> 'from', 'to', preview_made -> 'to'))
	WHERE q.id = p.id
	RETURNING q.* INTO p;
	RETURN QUERY SELECT zoo_inbox.work(p, s, 'no', keep.asked_at);
END $body$;

-- What has to follow from what the node said of one payment. may_have_been_sent: before this attempt.
-- done: added. again: nothing of it was sent. rest: perhaps sent, to be looked at again. person: nothing else can decide.
CREATE OR REPLACE FUNCTION zoo_inbox.judged(said jsonb, has_preview boolean, may_have_been_sent boolean, attempts integer) RETURNS text LANGUAGE sql AS $body$
	SELECT CASE
		WHEN said -> 'confirmation' ->> 'status' IN ('confirmed', 'alreadyThere') THEN 'done'
		WHEN said ? 'confirmation' THEN 'person'
		-- Nothing readable came of it.
		WHEN outcome IS NULL THEN CASE WHEN has_preview THEN 'rest' ELSE 'again' END
		WHEN outcome IN ('different', 'notConfirmed', 'written') THEN 'person'
		WHEN outcome = 'unknown' THEN CASE WHEN reason = 'outcomeUnknown' THEN 'rest' ELSE 'person' END
		-- Not sent or not applied by this attempt: that says nothing of an earlier one.
		WHEN may_have_been_sent THEN 'rest'
		WHEN reason IN ('invalidInput', 'tooLarge', 'belowZero') THEN 'person'
		-- Zoo itself may have gone back in time, and then shows an old balance for good.
		WHEN reason = 'staleReply' AND attempts >= 8 THEN 'person'
		-- Zoo says no to this one payment, again and again. An outage is waited for instead, however long it takes.
		WHEN reason IN ('refusedByZoo', 'ownerUnknown', 'amountMissing') AND attempts >= 5 THEN 'person'
		ELSE 'again'
	END
	FROM (SELECT said -> 'details' ->> 'outcome' AS outcome, said -> 'details' ->> 'reason' AS reason) AS _
$body$;

-- Stores what came of it, for whoever holds the row and nobody else. Answers the row's new status, or 'late'.
CREATE OR REPLACE FUNCTION zoo_inbox.record(id_held bigint, claims_held integer, sent_before text, said jsonb) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	s zoo_inbox.setting;
	p zoo_inbox.payment;
	verdict text;
	reason text := said -> 'details' ->> 'reason';
	line text := left(coalesce(said ->> 'error', said ->> 'message', 'The node said nothing that can be read'), 1000);
	named text := coalesce(said -> 'confirmation' ->> 'reference', said -> 'details' ->> 'reference');
	wait interval;
	counts boolean;
BEGIN
	SELECT * INTO STRICT s FROM zoo_inbox.setting;
	SELECT * INTO p FROM zoo_inbox.payment q WHERE q.id = id_held AND q.claims = claims_held AND q.status = 'working' FOR UPDATE;
	IF NOT FOUND THEN RETURN 'late'; END IF;
	IF named <> p.payment THEN RAISE EXCEPTION 'What is to be recorded for payment % is about %', p.payment, named; END IF;
	verdict := zoo_inbox.judged(said, p.preview IS NOT NULL, p.preview IS NOT NULL AND sent_before = 'perhaps', p.attempts);
	-- 3 s, 6 s, 12 s … up to a quarter of an hour.
	wait := least(interval '15 minutes', interval '3 seconds' * power(2, least(p.attempts, 20)));
	-- These say nothing of the payment itself: Zoo asked all to wait, or an earlier payment has to be cleared up.
	counts := coalesce(reason, '') NOT IN ('heldBack', 'blockedByEarlierItem', 'canceled', 'changedMeanwhile');

	IF verdict = 'done' THEN
		UPDATE zoo_inbox.payment q SET status = 'done', why = NULL, lease_until = NULL, added_at = clock_timestamp(),
			open_until = CASE WHEN said -> 'confirmation' -> 'attempts' > to_jsonb(1) THEN clock_timestamp() + interval '10 seconds' END,
			call_id = said -> 'confirmation' ->> 'callId', balance_before = p.preview -> 'from', balance_after = p.preview -> 'to',
			balance_updated_at = zoo_inbox.moment(said ->> 'updated_at'),
			history = zoo_inbox.noted(p.history, 'added', jsonb_build_object('status', said -> 'confirmation' -> 'status', 'call', said -> 'confirmation' -> 'callId'))
		WHERE q.id = p.id;
	ELSIF verdict = 'person' THEN
		UPDATE zoo_inbox.payment q SET status = 'person', lease_until = NULL, why = line,
			history = zoo_inbox.noted(p.history, 'for a person', jsonb_build_object('reason', reason, 'said', line))
		WHERE q.id = p.id;
	ELSIF verdict = 'again' THEN
		UPDATE zoo_inbox.payment q SET status = 'due', lease_until = NULL, preview = NULL, attempts = p.attempts + counts::integer, why = line,
			-- A balance that moved under it calls for a new look, not for patience.
			not_before = clock_timestamp() + CASE WHEN reason = 'changedMeanwhile' THEN interval '0' WHEN counts THEN wait ELSE interval '1 second' END,
			history = zoo_inbox.noted(p.history, 'due again', jsonb_build_object('reason', reason))
		WHERE q.id = p.id;
	ELSE
		-- The owner rests: what was sent may still take effect.
		UPDATE zoo_inbox.payment q SET attempts = p.attempts + 1, why = line,
			lease_until = clock_timestamp() + CASE WHEN reason = 'blockedByEarlierItem' THEN interval '1 second'
				ELSE make_interval(secs => s.rest_seconds) * power(2, least(p.attempts, 4)) END,
			history = zoo_inbox.noted(p.history, 'at rest', jsonb_build_object('reason', reason))
		WHERE q.id = p.id;
	END IF;

	IF reason IN ('tokenRefused', 'employeeTokenNeeded', 'credentialUnusable', 'otherBalanceModel') THEN
		UPDATE zoo_inbox.setting SET paused_until = clock_timestamp() + interval '2 minutes', paused_because = line;
	ELSIF s.paused_because IS NOT NULL AND verdict = 'done' THEN
		UPDATE zoo_inbox.setting SET paused_until = NULL, paused_because = NULL;
	END IF;
	RETURN CASE verdict WHEN 'again' THEN 'due' WHEN 'rest' THEN 'working' ELSE verdict END;
END $body$;

-- A person closes a case: it has been added, or it is not to be. balance: what was seen at Zoo, in a person's words.
CREATE OR REPLACE FUNCTION zoo_inbox.close_case(id_settled bigint, who text, reason text, balance text) RETURNS SETOF zoo_inbox.payment LANGUAGE sql AS $body$
	UPDATE zoo_inbox.payment SET status = 'done', why = format('Settled by %s: %s', who, reason),
		history = zoo_inbox.noted(history, 'closed by a person', jsonb_build_object('who', who, 'why', reason, 'balance', balance, 'had', why))
	WHERE id = id_settled AND status = 'person' AND who <> '' AND reason <> '' AND balance <> ''
	RETURNING *
$body$;

-- A person has seen that it was not added: it becomes due, with a preview of its own. `owner`: for a payment that named none.
CREATE OR REPLACE FUNCTION zoo_inbox.make_due(id_settled bigint, who text, reason text, balance text, owner uuid DEFAULT NULL) RETURNS SETOF zoo_inbox.payment LANGUAGE sql AS $body$
	UPDATE zoo_inbox.payment SET status = 'due', preview = NULL, attempts = 0, not_before = clock_timestamp(),
		organization = coalesce(organization, owner), why = format('Made due by %s: %s', who, reason),
		history = zoo_inbox.noted(history, 'made due by a person', jsonb_build_object('who', who, 'why', reason, 'balance', balance, 'had', why))
	WHERE id = id_settled AND status = 'person' AND kind = 'payment' AND currency = 'usd' AND coalesce(organization, owner) IS NOT NULL
		AND who <> '' AND reason <> '' AND balance <> ''
	RETURNING *
$body$;

-- After the database was restored from a backup: what was open then, and what is found later of the time before, goes to a person.
CREATE OR REPLACE FUNCTION zoo_inbox.restored(who text) RETURNS bigint LANGUAGE plpgsql AS $body$
DECLARE
	count bigint;
BEGIN
	UPDATE zoo_inbox.setting SET restored_at = clock_timestamp();
	UPDATE zoo_inbox.payment SET status = 'person', lease_until = NULL, preview = NULL,
		why = 'Open when the database was restored from a backup: it may have been added, look at the balance.',
		history = zoo_inbox.noted(history, 'restored', jsonb_build_object('who', who, 'status', status, 'preview', preview))
	WHERE status IN ('due', 'working');
	GET DIAGNOSTICS count = ROW_COUNT;
	RETURN count;
END $body$;

-- What somebody has to be told now: nothing, or the same again after a day.
CREATE OR REPLACE FUNCTION zoo_inbox.watch(late interval DEFAULT '15 minutes') RETURNS TABLE (report text) LANGUAGE plpgsql AS $body$
DECLARE
	s zoo_inbox.setting;
	lines text;
	oldest timestamptz;
	cases bigint;
BEGIN
	SELECT * INTO STRICT s FROM zoo_inbox.setting FOR UPDATE;
	SELECT min(received_at) INTO oldest FROM zoo_inbox.payment WHERE status IN ('due', 'working');
	SELECT count(*) INTO cases FROM zoo_inbox.payment WHERE status = 'person';
	lines := concat_ws(E'\n',
		CASE WHEN coalesce(s.swept_at, '-infinity') < clock_timestamp() - late THEN
			format('Nobody applies payments: the workflow last asked for work at %s. Is it published?', coalesce(to_char(s.swept_at, 'YYYY-MM-DD HH24:MI'), 'no time at all')) END,
		CASE WHEN s.paused_because IS NOT NULL THEN format('Paused: %s', s.paused_because) END,
		CASE WHEN oldest < clock_timestamp() - late THEN format('The oldest payment that is not added yet came at %s.', to_char(oldest, 'YYYY-MM-DD HH24:MI')) END,
		CASE WHEN cases > 0 THEN format('Waiting for a person: %s.', cases) END);
	IF lines = '' THEN
		UPDATE zoo_inbox.setting SET told = NULL, told_at = NULL WHERE told IS NOT NULL;
		RETURN;
	END IF;
	IF lines = s.told AND s.told_at > clock_timestamp() - interval '1 day' THEN RETURN; END IF;
	UPDATE zoo_inbox.setting SET told = lines, told_at = clock_timestamp();
	RETURN QUERY SELECT concat_ws(E'\n', lines,
		'Last added: ' || coalesce((SELECT to_char(max(added_at), 'YYYY-MM-DD HH24:MI') FROM zoo_inbox.payment), 'never') || '.',
		(SELECT string_agg(format('Row %s, %s of %s: %s', id, payment, coalesce(organization::text, 'nobody'), why), E'\n') FROM
			(SELECT * FROM zoo_inbox.payment WHERE status = 'person' ORDER BY id LIMIT 20) first));
END $body$;

CREATE OR REPLACE VIEW zoo_inbox.waiting AS
	SELECT id, payment, organization, round(amount_cents / 100.0, 2) AS usd, payer, received_at, status, attempts, coalesce(lease_until, not_before) AS looked_at_next, why
	FROM zoo_inbox.payment WHERE status IN ('due', 'working') ORDER BY id;
CREATE OR REPLACE VIEW zoo_inbox.for_a_person AS
	SELECT id, kind, payment, organization, round(amount_cents / 100.0, 2) AS amount, currency, payer, paid_at, why, preview IS NOT NULL AS holds_back_its_organization
	FROM zoo_inbox.payment WHERE status = 'person' ORDER BY id;
CREATE OR REPLACE VIEW zoo_inbox.added AS
	SELECT added_at, id, payment, organization, round(amount_cents / 100.0, 2) AS usd, payer, received_at, call_id, balance_before, balance_after
	FROM zoo_inbox.payment WHERE added_at IS NOT NULL ORDER BY added_at;
