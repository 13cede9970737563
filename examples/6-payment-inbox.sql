-- The payment inbox: a table of payments, one row of settings, and the functions that the workflows call.
-- It may be run again at any time, in one transaction: it creates what is missing, replaces the functions, and deletes nothing.
-- Over an older version's tables it first only shows what it will do (zoo_inbox.upgrade, at the end).

SELECT pg_advisory_xact_lock(hashtext('zoo_inbox'));
CREATE SCHEMA IF NOT EXISTS zoo_inbox;

-- What was last entered in Settings, for the upgrade to read what a person has agreed to.
CREATE TABLE IF NOT EXISTS zoo_inbox.wanted (
	only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
	settings jsonb NOT NULL
);

CREATE TABLE IF NOT EXISTS zoo_inbox.setting (
	only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
	version integer NOT NULL,
	live boolean NOT NULL,
	-- After a restore from a backup: payments from before that are not in the table wait for a person.
	restored_at timestamptz,
	balance_model text NOT NULL CHECK (balance_model IN ('prePay', 'apiCredits')),
	credit_multiplier numeric NOT NULL CHECK (credit_multiplier > 0),
	-- Of one payment, in US dollars.
	max_amount numeric NOT NULL CHECK (max_amount > 0),
	-- Whether tax and shipping are left out of what is added.
	net boolean NOT NULL,
	-- The metadata key that marks the checkouts that are meant for Zoo; empty: all of them are.
	marker text NOT NULL,
	-- A quarter of it is at least the twenty seconds that the last request may take and still land in.
	lease_seconds integer NOT NULL CHECK (lease_seconds >= 80),
	rest_seconds integer NOT NULL CHECK (rest_seconds >= 1),
	-- While Zoo refuses everything: one payment tries again then.
	paused_until timestamptz,
	paused_because text,
	swept_at timestamptz,
	told text,
	told_at timestamptz
);
-- What may be added in an hour without a person, over all owners.
ALTER TABLE zoo_inbox.setting ADD COLUMN IF NOT EXISTS hourly_payments integer NOT NULL DEFAULT 100;
ALTER TABLE zoo_inbox.setting ADD COLUMN IF NOT EXISTS hourly_dollars numeric NOT NULL DEFAULT 10000;
-- Since when that is counted, where it is less than an hour: a person has resumed.
ALTER TABLE zoo_inbox.setting ADD COLUMN IF NOT EXISTS counted_from timestamptz;
-- Other places that may name the owner: off, because a payer or another tool can fill them.
ALTER TABLE zoo_inbox.setting ADD COLUMN IF NOT EXISTS client_reference boolean NOT NULL DEFAULT false;
ALTER TABLE zoo_inbox.setting ADD COLUMN IF NOT EXISTS intent_metadata boolean NOT NULL DEFAULT false;
-- The brake: while it is on, payments are taken and nothing is added.
ALTER TABLE zoo_inbox.setting ADD COLUMN IF NOT EXISTS braked_at timestamptz;
ALTER TABLE zoo_inbox.setting ADD COLUMN IF NOT EXISTS braked_by text;
ALTER TABLE zoo_inbox.setting ADD COLUMN IF NOT EXISTS braked_because text;

-- For each of Stripe's modes, from when on payments are added: another workflow has added those from before.
CREATE TABLE IF NOT EXISTS zoo_inbox.cutoff (
	live boolean PRIMARY KEY,
	credited_from timestamptz NOT NULL,
	entered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	-- Where it was moved back: payments up to then were shown, and one that was not among them is a case.
	shown_until timestamptz
);

CREATE TABLE IF NOT EXISTS zoo_inbox.payment (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	live boolean NOT NULL,
	-- The payment's own ID at Stripe, such as pi_…; of refunds and disputes theirs.
	payment text NOT NULL,
	kind text NOT NULL,
	status text NOT NULL CHECK (status IN ('due', 'working', 'done', 'person', 'ignored')),
	-- What a person has to know of it.
	why text,
	organization uuid,
	-- In the smallest unit of the currency, as Stripe counts.
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
	CONSTRAINT payment_live_payment_key UNIQUE (live, payment),
	CONSTRAINT payment_lease CHECK ((status = 'working') = (lease_until IS NOT NULL))
);
-- When Zoo had last updated the balance that was seen after the payment was added: an older one is without the payment.
ALTER TABLE zoo_inbox.payment ADD COLUMN IF NOT EXISTS balance_updated_at timestamptz;
-- Which label a person had given the account, in version 1; no part of what a payment is.
ALTER TABLE zoo_inbox.payment ADD COLUMN IF NOT EXISTS account text;
-- Other names of the same payment at Stripe.
ALTER TABLE zoo_inbox.payment ADD COLUMN IF NOT EXISTS intent text;
ALTER TABLE zoo_inbox.payment ADD COLUMN IF NOT EXISTS invoice text;
-- What Stripe said that counts, to be compared with what it says later.
ALTER TABLE zoo_inbox.payment ADD COLUMN IF NOT EXISTS stripe jsonb;
-- What keeps it from being added without a person, and the same in one word.
ALTER TABLE zoo_inbox.payment ADD COLUMN IF NOT EXISTS flaw text;
ALTER TABLE zoo_inbox.payment ADD COLUMN IF NOT EXISTS code text;
-- A user instead of an organization: by UUID, or by an address that Zoo is asked for the UUID of.
ALTER TABLE zoo_inbox.payment ADD COLUMN IF NOT EXISTS user_id uuid;
ALTER TABLE zoo_inbox.payment ADD COLUMN IF NOT EXISTS user_email text;
ALTER TABLE zoo_inbox.payment ADD COLUMN IF NOT EXISTS owner uuid GENERATED ALWAYS AS (coalesce(organization, user_id)) STORED;
-- Whether a person has decided that it is to be added, whatever its amount.
ALTER TABLE zoo_inbox.payment ADD COLUMN IF NOT EXISTS approved boolean NOT NULL DEFAULT false;
-- When the balance is to be read for people, and what it was when the case was opened and after it was settled.
ALTER TABLE zoo_inbox.payment ADD COLUMN IF NOT EXISTS look_at timestamptz;
ALTER TABLE zoo_inbox.payment ADD COLUMN IF NOT EXISTS balance_opened jsonb;
ALTER TABLE zoo_inbox.payment ADD COLUMN IF NOT EXISTS balance_settled jsonb;

ALTER TABLE zoo_inbox.payment DROP CONSTRAINT IF EXISTS payment_kind_check;
ALTER TABLE zoo_inbox.payment ADD CONSTRAINT payment_kind_check
	CHECK (kind IN ('payment', 'refund', 'dispute', 'renewal', 'difference', 'unreadable'));
ALTER TABLE zoo_inbox.payment DROP CONSTRAINT IF EXISTS payment_can_be_added;
ALTER TABLE zoo_inbox.payment ADD CONSTRAINT payment_can_be_added
	CHECK (status NOT IN ('due', 'working') OR (kind = 'payment' AND amount_cents > 0 AND (owner IS NOT NULL OR user_email IS NOT NULL)));
ALTER TABLE zoo_inbox.payment DROP CONSTRAINT IF EXISTS payment_one_owner;
ALTER TABLE zoo_inbox.payment ADD CONSTRAINT payment_one_owner CHECK (organization IS NULL OR (user_id IS NULL AND user_email IS NULL));

-- One open write for each owner: one that is worked on, or one that may have been sent and waits for a person.
CREATE UNIQUE INDEX IF NOT EXISTS payment_open_owner ON zoo_inbox.payment (owner)
	WHERE status = 'working' OR (status = 'person' AND preview IS NOT NULL);
CREATE INDEX IF NOT EXISTS payment_due_owner ON zoo_inbox.payment (owner, id) WHERE status = 'due';
CREATE INDEX IF NOT EXISTS payment_due_first ON zoo_inbox.payment (id) WHERE status = 'due';
CREATE INDEX IF NOT EXISTS payment_leased ON zoo_inbox.payment (lease_until) WHERE status = 'working';
CREATE INDEX IF NOT EXISTS payment_for_a_person ON zoo_inbox.payment (id) WHERE status = 'person';
CREATE INDEX IF NOT EXISTS payment_to_look_at ON zoo_inbox.payment (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS payment_may_land_on ON zoo_inbox.payment (owner, open_until) WHERE open_until IS NOT NULL;
CREATE INDEX IF NOT EXISTS payment_seen_of ON zoo_inbox.payment (owner, balance_updated_at) WHERE balance_updated_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS payment_added ON zoo_inbox.payment (added_at) WHERE added_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS payment_by_checkout ON zoo_inbox.payment (checkout) WHERE checkout IS NOT NULL;
CREATE INDEX IF NOT EXISTS payment_by_invoice ON zoo_inbox.payment (invoice) WHERE invoice IS NOT NULL;
CREATE INDEX IF NOT EXISTS payment_by_intent ON zoo_inbox.payment (intent) WHERE intent IS NOT NULL;

-- Which of Stripe's lists were read to their end, and what stood in the way of the others.
CREATE TABLE IF NOT EXISTS zoo_inbox.list (
	name text PRIMARY KEY,
	read_at timestamptz,
	failed_at timestamptz,
	why text
);

-- What people did, and what the inbox did in their place; nothing in it is ever changed.
CREATE TABLE IF NOT EXISTS zoo_inbox.audit (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	who text NOT NULL,
	what text NOT NULL,
	why text,
	row_id bigint,
	was jsonb,
	became jsonb,
	balance jsonb
);

-- A payment whose row is gone would be added again when Stripe tells of it again.
CREATE OR REPLACE FUNCTION zoo_inbox.keep_rows() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
	RAISE EXCEPTION 'Rows of zoo_inbox.payment are never deleted: a payment without its row would be added again';
END $body$;
DROP TRIGGER IF EXISTS keep_rows ON zoo_inbox.payment;
CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON zoo_inbox.payment
	FOR EACH STATEMENT EXECUTE FUNCTION zoo_inbox.keep_rows();

-- What was done stays told.
CREATE OR REPLACE FUNCTION zoo_inbox.keep_audit() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
	RAISE EXCEPTION 'Rows of zoo_inbox.audit are never changed or deleted';
END $body$;
DROP TRIGGER IF EXISTS keep_audit ON zoo_inbox.audit;
CREATE TRIGGER keep_audit BEFORE UPDATE OR DELETE OR TRUNCATE ON zoo_inbox.audit
	FOR EACH STATEMENT EXECUTE FUNCTION zoo_inbox.keep_audit();

-- A case that opens is to show its owner's balance, and one that is settled the balance after it.
CREATE OR REPLACE FUNCTION zoo_inbox.look_for_people() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
	IF coalesce(NEW.organization, NEW.user_id) IS NULL AND NEW.user_email IS NULL THEN RETURN NEW; END IF;
	IF NEW.status = 'person' AND (TG_OP = 'INSERT' OR OLD.status <> 'person') THEN
		NEW.look_at := clock_timestamp();
		NEW.balance_opened := NULL;
	ELSIF TG_OP = 'UPDATE' AND OLD.status = 'person' AND NEW.status <> 'person' THEN
		NEW.look_at := clock_timestamp();
		NEW.balance_settled := NULL;
	END IF;
	RETURN NEW;
END $body$;
DROP TRIGGER IF EXISTS look_for_people ON zoo_inbox.payment;
CREATE TRIGGER look_for_people BEFORE INSERT OR UPDATE ON zoo_inbox.payment
	FOR EACH ROW EXECUTE FUNCTION zoo_inbox.look_for_people();

-- Puts down what was done.
CREATE OR REPLACE FUNCTION zoo_inbox.audited(who text, what text, why text, row_id bigint DEFAULT NULL, was jsonb DEFAULT NULL, became jsonb DEFAULT NULL, balance jsonb DEFAULT NULL)
RETURNS void LANGUAGE sql AS $body$
	INSERT INTO zoo_inbox.audit (who, what, why, row_id, was, became, balance) VALUES (who, what, why, row_id, was, became, balance)
$body$;

-- A moment as people are told it.
CREATE OR REPLACE FUNCTION zoo_inbox.shown(moment timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $body$
	SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')
$body$;

-- How many decimals Stripe's smallest unit of a currency stands for; null for a currency that Stripe does not have.
CREATE OR REPLACE FUNCTION zoo_inbox.decimals(currency text) RETURNS integer LANGUAGE sql IMMUTABLE AS $body$
	SELECT CASE
		WHEN lower(currency) = ANY (string_to_array('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf', ' ')) THEN 0
		WHEN lower(currency) = ANY (string_to_array('bhd jod kwd omr tnd', ' ')) THEN 3
		WHEN lower(currency) = ANY (string_to_array('usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr isk jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sll sos srd std szl thb tjs top try ttd twd tzs uah ugx uyu uzs wst xcd yer zar zmw', ' ')) THEN 2
	END
$body$;

-- An amount as people write it, without its currency.
CREATE OR REPLACE FUNCTION zoo_inbox.amount_of(minor bigint, currency text) RETURNS text LANGUAGE sql IMMUTABLE AS $body$
	SELECT CASE WHEN minor IS NULL THEN '' ELSE round(minor / power(10::numeric, coalesce(zoo_inbox.decimals(currency), 0)), coalesce(zoo_inbox.decimals(currency), 0))::text END
$body$;

-- An amount with its currency; of a currency that Stripe does not have, in its smallest units.
CREATE OR REPLACE FUNCTION zoo_inbox.shown(minor bigint, currency text) RETURNS text LANGUAGE sql IMMUTABLE AS $body$
	SELECT CASE WHEN minor IS NOT NULL THEN concat_ws(' ', zoo_inbox.amount_of(minor, currency),
		CASE WHEN zoo_inbox.decimals(currency) IS NULL THEN 'smallest units of' END, upper(coalesce(currency, 'an unknown currency'))) END
$body$;

-- Whose balance a payment is for, as people name it.
CREATE OR REPLACE FUNCTION zoo_inbox.owner_of(p zoo_inbox.payment) RETURNS text LANGUAGE sql IMMUTABLE AS $body$
	SELECT coalesce(p.organization::text, p.user_id::text, p.user_email, '')
$body$;

-- Whether something of it may have reached Zoo without being settled.
CREATE OR REPLACE FUNCTION zoo_inbox.may_have_been_sent(p zoo_inbox.payment) RETURNS boolean LANGUAGE sql IMMUTABLE AS $body$
	SELECT p.status = 'working' OR (p.status = 'person' AND (p.preview IS NOT NULL OR p.code = 'restored'))
$body$;

-- Somebody's name and reason, which everything that people do needs.
CREATE OR REPLACE FUNCTION zoo_inbox.said_by(who text, why text) RETURNS text LANGUAGE sql IMMUTABLE AS $body$
	SELECT CASE WHEN btrim(coalesce(who, '')) = '' THEN 'say who you are' WHEN btrim(coalesce(why, '')) = '' THEN 'say why' END
$body$;

-- What was entered for a setting, or what it is kept at; refused where it does not look like one.
CREATE OR REPLACE FUNCTION zoo_inbox.entered(wanted jsonb, name text, kept text, looks_like text, sentence text) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	value text := btrim(coalesce(wanted ->> name, ''));
BEGIN
	IF value = '' THEN RETURN kept; END IF;
	IF value !~ ('^(' || looks_like || ')$') THEN RAISE EXCEPTION 'Nothing was saved: % has to be %, not %', name, sentence, quote_literal(left(value, 80)); END IF;
	RETURN value;
END $body$;

-- A row's history with one more thing in it; a long one loses what is in its middle.
CREATE OR REPLACE FUNCTION zoo_inbox.noted(history jsonb, what text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $body$
	SELECT CASE WHEN jsonb_array_length(history) < 60 THEN history ELSE history - 20 END
		|| jsonb_build_array(jsonb_build_object('at', clock_timestamp(), 'what', what) || jsonb_strip_nulls(more))
$body$;

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

-- JSON text as a value. What PostgreSQL cannot keep in it, U+0000 and halves of surrogate pairs, becomes U+FFFD.
CREATE OR REPLACE FUNCTION zoo_inbox.parsed(said text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $body$
BEGIN
	RETURN said::jsonb;
EXCEPTION
	WHEN data_exception THEN
		said := regexp_replace(said, '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd', 'g');
		said := regexp_replace(said, '(?<!\\)((?:\\\\)*)\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])', '\1\\ufffd', 'g');
		said := regexp_replace(said, '(?<!\\u[dD][89abAB][0-9a-fA-F][0-9a-fA-F]|\\)((?:\\\\)*)\\u[dD][c-fC-F][0-9a-fA-F]{2}', '\1\\ufffd', 'g');
		RETURN said::jsonb;
END $body$;

-- The settings as people read them.
CREATE OR REPLACE FUNCTION zoo_inbox.settings_of(s zoo_inbox.setting) RETURNS jsonb LANGUAGE sql STABLE AS $body$
	SELECT jsonb_build_object('mode', CASE WHEN s.live THEN 'live' ELSE 'test' END,
		'credited_from', (SELECT zoo_inbox.shown(c.credited_from) FROM zoo_inbox.cutoff c WHERE c.live = s.live),
		'balance_model', s.balance_model, 'credit_multiplier', trim_scale(s.credit_multiplier), 'max_amount', trim_scale(s.max_amount),
		'hourly_payments', s.hourly_payments, 'hourly_dollars', trim_scale(s.hourly_dollars), 'net', s.net, 'marker', s.marker,
		'client_reference', s.client_reference, 'intent_metadata', s.intent_metadata,
		'lease_seconds', s.lease_seconds, 'rest_seconds', s.rest_seconds)
$body$;

-- What becomes of a payment when the moment from which payments are added is another one: its new status.
CREATE OR REPLACE FUNCTION zoo_inbox.sorted(p zoo_inbox.payment, credited_from timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $body$
	SELECT CASE WHEN p.paid_at < credited_from THEN 'ignored' WHEN p.flaw IS NOT NULL THEN 'person' ELSE 'due' END
$body$;

-- Takes a moment from which payments of a mode are added, or says what it would do and what has to be typed for it. Null: taken.
CREATE OR REPLACE FUNCTION zoo_inbox.take_cutoff(mode boolean, entered text, confirmed text, who text) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	now_is timestamptz := date_trunc('second', clock_timestamp());
	kept zoo_inbox.cutoff;
	moment timestamptz;
	read_at timestamptz := (SELECT l.read_at FROM zoo_inbox.list l WHERE l.name = 'checkout/sessions' AND l.failed_at IS NULL);
	sum numeric;
	count bigint;
	added text;
	ignored text;
BEGIN
	SELECT * INTO kept FROM zoo_inbox.cutoff c WHERE c.live = mode;
	IF entered = '' AND kept.live IS NOT NULL THEN RETURN NULL; END IF;
	IF entered IN ('', 'now') THEN moment := now_is;
	ELSIF entered ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)? ?(Z|UTC|[+-][0-9]{2}:[0-9]{2})$' THEN moment := date_trunc('second', entered::timestamptz);
	ELSE RAISE EXCEPTION 'Nothing was saved: credited_from has to be ''now'' or a moment with its offset, such as 2026-11-24T18:00:00Z or 2026-11-24T19:00:00+01:00, not %', quote_literal(left(entered, 80));
	END IF;
	IF moment = kept.credited_from THEN RETURN NULL; END IF;
	IF moment > now_is THEN RAISE EXCEPTION 'Nothing was saved: credited_from is to come (%); enter ''now'', or the moment when you switched off what credited payments before', zoo_inbox.shown(moment); END IF;
	IF moment < now_is - interval '31 days' THEN RAISE EXCEPTION 'Nothing was saved: credited_from is more than 31 days back (%), and Stripe lists no older payments', zoo_inbox.shown(moment); END IF;
	IF kept.live IS NOT NULL AND EXISTS (SELECT 1 FROM zoo_inbox.payment p WHERE p.live = mode AND (p.added_at IS NOT NULL OR zoo_inbox.may_have_been_sent(p))) THEN
		RAISE EXCEPTION 'Nothing was saved: payments of this mode were added already, so credited_from stays at %; leave it empty', zoo_inbox.shown(kept.credited_from);
	END IF;
	IF moment < coalesce(kept.credited_from, now_is) AND coalesce(read_at, '-infinity') < now_is - interval '1 day' THEN
		RAISE EXCEPTION 'Nothing was saved: the inbox has not read within a day what was paid before, so it cannot show what an earlier credited_from would add. Set it up with ''now'', execute Reconcile, then enter the earlier moment';
	END IF;
	SELECT coalesce(sum(p.amount_cents) FILTER (WHERE b.became = 'due'), 0) / 100.0, count(*) FILTER (WHERE b.became = 'due'),
		string_agg(format('%s (%s, %s)', p.payment, zoo_inbox.shown(p.amount_cents, p.currency), zoo_inbox.shown(p.paid_at)), ', ' ORDER BY p.id) FILTER (WHERE b.became = 'due'),
		string_agg(p.payment, ', ' ORDER BY p.id) FILTER (WHERE b.became = 'ignored')
	INTO sum, count, added, ignored
	FROM zoo_inbox.payment p, LATERAL (SELECT zoo_inbox.sorted(p, moment) AS became) b
	WHERE p.live = mode AND p.kind = 'payment' AND p.status IN ('ignored', 'due') AND b.became <> p.status;
	IF (moment < coalesce(kept.credited_from, now_is) OR added IS NOT NULL OR ignored IS NOT NULL)
		AND regexp_replace(confirmed, '^[0-9]+$', '\&.00') IS DISTINCT FROM round(sum, 2)::text THEN
		RETURN format('Nothing was saved yet. With credited_from at %s the inbox would add %s payments, %s USD in all: %s. It would no longer add: %s. To have it so, enter %s under confirm and execute again.',
			zoo_inbox.shown(moment), count, round(sum, 2), coalesce(added, 'none'), coalesce(ignored, 'none'), round(sum, 2));
	END IF;
	INSERT INTO zoo_inbox.cutoff AS c (live, credited_from, shown_until)
	VALUES (mode, moment, CASE WHEN entered NOT IN ('', 'now') THEN read_at END)
	ON CONFLICT (live) DO UPDATE SET credited_from = excluded.credited_from, entered_at = clock_timestamp(), shown_until = excluded.shown_until;
	UPDATE zoo_inbox.payment p SET status = zoo_inbox.sorted(p, moment),
		why = CASE zoo_inbox.sorted(p, moment) WHEN 'ignored' THEN 'Paid before the inbox credits payments.' ELSE p.flaw END,
		history = zoo_inbox.noted(p.history, 'sorted anew', jsonb_build_object('who', who, 'credited_from', moment))
	WHERE p.live = mode AND p.kind = 'payment' AND p.status IN ('ignored', 'due') AND zoo_inbox.sorted(p, moment) <> p.status;
	PERFORM zoo_inbox.audited(who, 'cutoff', format('%s USD of payments from before', round(sum, 2)), NULL,
		to_jsonb(zoo_inbox.shown(kept.credited_from)), to_jsonb(zoo_inbox.shown(moment)));
	RETURN NULL;
END $body$;

-- Takes what was entered in Settings; what is left empty is kept. Whatever would make an old payment new, every payment a case,
-- or be refused by the node for every payment, is refused, and then nothing is saved.
DROP FUNCTION IF EXISTS zoo_inbox.set_up(jsonb);
CREATE FUNCTION zoo_inbox.set_up(wanted jsonb) RETURNS TABLE (saved boolean, report text) LANGUAGE plpgsql AS $body$
DECLARE
	was zoo_inbox.setting;
	s zoo_inbox.setting;
	who text := btrim(coalesce(wanted ->> 'who', ''));
	is_new boolean;
	switch constant text := 'true|false|on|off';
BEGIN
	SELECT * INTO was FROM zoo_inbox.setting FOR UPDATE;
	is_new := NOT FOUND;
	s := was;
	IF who = '' THEN RAISE EXCEPTION 'Nothing was saved: enter your name under who in Settings; it stands in zoo_inbox.audit beside what you change'; END IF;
	s.live := zoo_inbox.entered(wanted, 'mode', CASE WHEN coalesce(was.live, true) THEN 'live' ELSE 'test' END, 'live|test', '''live'' or ''test''') = 'live';
	s.balance_model := zoo_inbox.entered(wanted, 'balance_model', coalesce(was.balance_model, 'prePay'), 'prePay|apiCredits', '''prePay'' or ''apiCredits''');
	s.credit_multiplier := zoo_inbox.entered(wanted, 'credit_multiplier', coalesce(was.credit_multiplier, 1)::text, '(0|[1-9][0-9]{0,2})([.][0-9]{1,6})?', 'a decimal above 0 and below 1000 with at most six decimals');
	s.max_amount := zoo_inbox.entered(wanted, 'max_amount', coalesce(was.max_amount, 1000)::text, '[0-9]{1,9}([.][0-9]{1,2})?', 'US dollars, such as 1000.00');
	s.hourly_payments := zoo_inbox.entered(wanted, 'hourly_payments', coalesce(was.hourly_payments, 100)::text, '[1-9][0-9]{0,6}', 'a whole number from 1 to 9999999');
	s.hourly_dollars := zoo_inbox.entered(wanted, 'hourly_dollars', coalesce(was.hourly_dollars, greatest(10000, s.max_amount))::text, '[0-9]{1,11}([.][0-9]{1,2})?', 'US dollars, such as 10000.00');
	s.net := zoo_inbox.entered(wanted, 'net', coalesce(was.net, false)::text, switch, '''true'' or ''false''')::boolean;
	s.marker := zoo_inbox.entered(wanted, 'marker', coalesce(nullif(was.marker, ''), 'none'), '.{1,40}', 'a metadata key of at most 40 characters, or ''none''');
	s.marker := CASE WHEN s.marker = 'none' THEN '' ELSE s.marker END;
	s.client_reference := zoo_inbox.entered(wanted, 'client_reference', coalesce(was.client_reference, false)::text, switch, '''on'' or ''off''')::boolean;
	s.intent_metadata := zoo_inbox.entered(wanted, 'intent_metadata', coalesce(was.intent_metadata, false)::text, switch, '''on'' or ''off''')::boolean;
	s.lease_seconds := zoo_inbox.entered(wanted, 'lease_seconds', coalesce(was.lease_seconds, 180)::text, '[0-9]{1,5}', 'a whole number from 80 to 4800');
	s.rest_seconds := zoo_inbox.entered(wanted, 'rest_seconds', coalesce(was.rest_seconds, 60)::text, '[0-9]{1,5}', 'a whole number from 1 to 3600');
	IF s.credit_multiplier = 0 THEN RAISE EXCEPTION 'Nothing was saved: credit_multiplier has to be above 0'; END IF;
	IF s.max_amount = 0 THEN RAISE EXCEPTION 'Nothing was saved: max_amount has to be above 0, or every payment would be a case'; END IF;
	IF s.lease_seconds NOT BETWEEN 80 AND 4800 THEN RAISE EXCEPTION 'Nothing was saved: lease_seconds has to be a whole number from 80 to 4800, not %: the node takes no longer ''Valid For''', s.lease_seconds; END IF;
	IF s.rest_seconds NOT BETWEEN 1 AND 3600 THEN RAISE EXCEPTION 'Nothing was saved: rest_seconds has to be a whole number from 1 to 3600, not %', s.rest_seconds; END IF;
	IF s.hourly_dollars < s.max_amount THEN RAISE EXCEPTION 'Nothing was saved: hourly_dollars (%) has to be at least max_amount (%), or one payment could pause the inbox', trim_scale(s.hourly_dollars), trim_scale(s.max_amount); END IF;
	IF NOT is_new AND s.live <> was.live AND EXISTS (SELECT 1 FROM zoo_inbox.payment p WHERE p.live = was.live AND zoo_inbox.may_have_been_sent(p)) THEN
		RAISE EXCEPTION 'Nothing was saved: the mode cannot be changed while payments of the old one may have been sent (rows %). Wait for them, or settle them',
			(SELECT string_agg(p.id::text, ', ' ORDER BY p.id) FROM zoo_inbox.payment p WHERE p.live = was.live AND zoo_inbox.may_have_been_sent(p));
	END IF;
	report := zoo_inbox.take_cutoff(s.live, btrim(coalesce(wanted ->> 'credited_from', '')), btrim(coalesce(wanted ->> 'confirm', '')), who);
	IF report IS NOT NULL THEN
		saved := false;
		RETURN NEXT;
		RETURN;
	END IF;
	IF is_new THEN
		INSERT INTO zoo_inbox.setting (version, live, balance_model, credit_multiplier, max_amount, hourly_payments, hourly_dollars, net, marker, client_reference,
			intent_metadata, lease_seconds, rest_seconds, braked_at, braked_by, braked_because)
		VALUES (2, s.live, s.balance_model, s.credit_multiplier, s.max_amount, s.hourly_payments, s.hourly_dollars, s.net, s.marker, s.client_reference,
			s.intent_metadata, s.lease_seconds, s.rest_seconds, clock_timestamp(), who, 'A new inbox begins paused') RETURNING * INTO s;
	ELSE
		UPDATE zoo_inbox.setting SET live = s.live, balance_model = s.balance_model, credit_multiplier = s.credit_multiplier, max_amount = s.max_amount,
			hourly_payments = s.hourly_payments, hourly_dollars = s.hourly_dollars, net = s.net, marker = s.marker, client_reference = s.client_reference,
			intent_metadata = s.intent_metadata, lease_seconds = s.lease_seconds, rest_seconds = s.rest_seconds RETURNING * INTO s;
	END IF;
	PERFORM zoo_inbox.audited(who, 'settings', wanted ->> 'why', NULL, CASE WHEN NOT is_new THEN zoo_inbox.settings_of(was) END, zoo_inbox.settings_of(s));
	saved := true;
	report := format('The settings are: %s. %s', (SELECT string_agg(format('%s %s', key, CASE WHEN value = '' THEN 'none' ELSE value END), ', ') FROM jsonb_each_text(zoo_inbox.settings_of(s))), zoo_inbox.brake_of(s));
	IF EXISTS (SELECT 1 FROM zoo_inbox.payment p WHERE p.live <> s.live AND p.status = 'due') THEN
		report := report || format(' %s due payments of the other mode wait until the mode is theirs again.', (SELECT count(*) FROM zoo_inbox.payment p WHERE p.live <> s.live AND p.status = 'due'));
	END IF;
	RETURN NEXT;
END $body$;

-- Whether nothing is added at the moment, and who said so, why and since when.
CREATE OR REPLACE FUNCTION zoo_inbox.brake_of(s zoo_inbox.setting) RETURNS text LANGUAGE sql STABLE AS $body$
	SELECT CASE WHEN s.braked_at IS NULL THEN 'Payments are added.' ELSE format('Paused by %s since %s: %s. Payments are taken, and nothing is added until somebody resumes.',
		s.braked_by, zoo_inbox.shown(s.braked_at), rtrim(s.braked_because, '. ')) END
$body$;

-- Somebody stops the adding; payments are still taken, and what is being sent is still recorded.
CREATE OR REPLACE FUNCTION zoo_inbox.pause(who text, why text) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	s zoo_inbox.setting;
BEGIN
	IF zoo_inbox.said_by(who, why) IS NOT NULL THEN RETURN format('Nothing was changed: %s.', zoo_inbox.said_by(who, why)); END IF;
	SELECT * INTO STRICT s FROM zoo_inbox.setting FOR UPDATE;
	IF s.braked_at IS NOT NULL THEN RETURN format('Nothing was changed. %s', zoo_inbox.brake_of(s)); END IF;
	UPDATE zoo_inbox.setting SET braked_at = clock_timestamp(), braked_by = who, braked_because = why RETURNING * INTO s;
	PERFORM zoo_inbox.audited(who, 'pause', why);
	RETURN zoo_inbox.brake_of(s);
END $body$;

-- Somebody lets payments be added again; what the hour's limits count begins anew.
CREATE OR REPLACE FUNCTION zoo_inbox.resume(who text, why text) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	s zoo_inbox.setting;
BEGIN
	IF zoo_inbox.said_by(who, why) IS NOT NULL THEN RETURN format('Nothing was changed: %s.', zoo_inbox.said_by(who, why)); END IF;
	SELECT * INTO STRICT s FROM zoo_inbox.setting FOR UPDATE;
	IF s.braked_at IS NULL THEN RETURN format('Nothing was changed. %s', zoo_inbox.brake_of(s)); END IF;
	PERFORM zoo_inbox.audited(who, 'resume', why, NULL, to_jsonb(zoo_inbox.brake_of(s)));
	UPDATE zoo_inbox.setting SET braked_at = NULL, braked_by = NULL, braked_because = NULL, counted_from = clock_timestamp();
	RETURN format('%s resumed: payments are added.', who);
END $body$;

-- Puts a row in, unless there is one of that ID.
CREATE OR REPLACE FUNCTION zoo_inbox.insert_row(r zoo_inbox.payment) RETURNS text LANGUAGE plpgsql AS $body$
BEGIN
	INSERT INTO zoo_inbox.payment (live, payment, kind, status, why, flaw, code, organization, user_id, user_email, amount_cents, currency, payer, checkout, intent, invoice, stripe, paid_at, received_by)
	VALUES (r.live, r.payment, r.kind, r.status, r.why, r.flaw, r.code, r.organization, r.user_id, r.user_email, r.amount_cents, r.currency, r.payer, r.checkout, r.intent, r.invoice, r.stripe, r.paid_at, r.received_by)
	ON CONFLICT (live, payment) DO NOTHING;
	RETURN CASE WHEN FOUND THEN r.status ELSE 'there' END;
END $body$;

-- Whether what Stripe says now is what it said when the row was taken. A row of version 1 has only amount, currency and organization.
CREATE OR REPLACE FUNCTION zoo_inbox.is_same(there zoo_inbox.payment, r zoo_inbox.payment) RETURNS boolean LANGUAGE sql IMMUTABLE AS $body$
	SELECT CASE WHEN there.stripe IS NOT NULL THEN there.stripe = r.stripe
		ELSE there.currency IS NOT DISTINCT FROM r.currency
			AND (there.amount_cents IS NULL OR there.amount_cents::text IN (r.stripe ->> 'total', r.stripe ->> 'received', r.stripe ->> 'net'))
			AND (there.organization IS NULL OR r.organization IS NULL OR there.organization = r.organization) END
$body$;

-- One payment is one row, however many of Stripe's objects tell of it: it is put in, or found by any of its names.
CREATE OR REPLACE FUNCTION zoo_inbox.take_row(row_wanted zoo_inbox.payment) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	r zoo_inbox.payment := row_wanted;
	there zoo_inbox.payment;
	names text[] := array_remove(ARRAY[r.payment, r.checkout, r.invoice, r.intent], NULL);
BEGIN
	-- Stripe's objects are taken one after the other, so that two that tell of one payment find each other.
	PERFORM pg_advisory_xact_lock(hashtext('zoo_inbox take'));
	SELECT * INTO there FROM zoo_inbox.payment p
	WHERE p.live = r.live AND p.kind IN ('payment', 'renewal')
		AND p.id = (SELECT min(q.id) FROM zoo_inbox.payment q WHERE q.live = r.live AND q.kind IN ('payment', 'renewal')
			AND (q.payment = ANY (names) OR q.checkout = ANY (names) OR q.invoice = ANY (names) OR q.intent = ANY (names)))
	FOR UPDATE;
	IF NOT FOUND THEN RETURN zoo_inbox.insert_row(r); END IF;
	UPDATE zoo_inbox.payment p SET checkout = coalesce(p.checkout, r.checkout), invoice = coalesce(p.invoice, r.invoice), intent = coalesce(p.intent, r.intent)
	WHERE p.id = there.id AND (p.checkout, p.invoice, p.intent) IS DISTINCT FROM (coalesce(p.checkout, r.checkout), coalesce(p.invoice, r.invoice), coalesce(p.intent, r.intent));
	-- What only an invoice has told of says nothing against what the checkout says.
	IF r.code = 'invoice' OR there.kind = 'renewal' OR (there.code = 'subscription' AND r.code = 'subscription') THEN RETURN 'there'; END IF;
	IF there.code = 'invoice' AND there.status IN ('person', 'ignored') AND there.preview IS NULL
		-- An event knows when it was paid, a list does not.
		OR (there.status = 'ignored' OR (there.code = 'begun' AND there.status = 'person')) AND there.received_by = 'reconciliation' AND r.received_by <> 'reconciliation' THEN
		UPDATE zoo_inbox.payment p SET status = r.status, why = r.why, flaw = r.flaw, code = r.code, organization = r.organization, user_id = r.user_id, user_email = r.user_email,
			amount_cents = r.amount_cents, currency = r.currency, payer = r.payer, stripe = r.stripe, paid_at = r.paid_at, received_by = r.received_by,
			history = zoo_inbox.noted(p.history, 'told anew', jsonb_build_object('by', r.received_by, 'was', p.status, 'why', p.why))
		WHERE p.id = there.id;
		RETURN r.status;
	END IF;
	IF r.code = 'reversed' AND there.status IN ('due', 'working') THEN
		RETURN zoo_inbox.hold(there.id, r.flaw);
	END IF;
	IF zoo_inbox.is_same(there, r) THEN RETURN 'there'; END IF;
	r.kind := 'difference';
	r.status := 'person';
	r.code := 'difference';
	r.why := format('Stripe tells of payment %s with other contents than row %s has; row %s stands. Find out which is right.', r.payment, there.id, there.id);
	r.payment := r.payment || ' differs ' || md5(r.stripe::text);
	r.checkout := NULL;
	r.invoice := NULL;
	r.intent := NULL;
	RETURN zoo_inbox.insert_row(r);
END $body$;

-- A payment that is not added yet is kept from it: a person decides. One that is worked on is stopped where it can still be.
CREATE OR REPLACE FUNCTION zoo_inbox.hold(id_held bigint, because text) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	became text;
BEGIN
	UPDATE zoo_inbox.payment p SET flaw = because, code = 'reversed', why = CASE WHEN p.status = 'due' THEN because ELSE p.why END,
		status = CASE WHEN p.status = 'due' THEN 'person' ELSE p.status END,
		history = zoo_inbox.noted(p.history, 'held', jsonb_build_object('why', because))
	WHERE p.id = id_held AND p.status IN ('due', 'working') AND p.flaw IS NULL RETURNING p.status INTO became;
	RETURN coalesce(became, 'there');
END $body$;

-- Who a payment is for, as the places say that may say it. flaw: what keeps it from being known.
CREATE OR REPLACE FUNCTION zoo_inbox.owner_told(s zoo_inbox.setting, metadata jsonb, intent_metadata jsonb, client_reference text,
	OUT organization uuid, OUT user_id uuid, OUT user_email text, OUT flaw text) LANGUAGE plpgsql AS $body$
DECLARE
	places jsonb[] := ARRAY[metadata];
	users text[];
	organizations text[];
	uuid_like constant text := '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
BEGIN
	IF s.intent_metadata THEN places := places || intent_metadata; END IF;
	SELECT array_agg(DISTINCT lower(btrim(p ->> 'user'))) FILTER (WHERE btrim(p ->> 'user') <> ''),
		array_agg(DISTINCT lower(btrim(p ->> 'organization'))) FILTER (WHERE btrim(p ->> 'organization') <> '')
	INTO users, organizations FROM unnest(places) p;
	IF s.client_reference AND btrim(coalesce(client_reference, '')) <> '' AND NOT lower(btrim(client_reference)) = ANY (coalesce(users, '{}') || coalesce(organizations, '{}')) THEN
		organizations := organizations || lower(btrim(client_reference));
	END IF;
	flaw := CASE
		WHEN users IS NULL AND organizations IS NULL THEN 'No organization and no user: the checkout''s metadata names none.'
		WHEN users IS NOT NULL AND organizations IS NOT NULL THEN format('It names an organization (%s) and a user (%s).', left(array_to_string(organizations, ', '), 200), left(array_to_string(users, ', '), 200))
		WHEN array_length(organizations, 1) > 1 THEN format('The places disagree about the organization: %s.', left(array_to_string(organizations, ', '), 300))
		WHEN array_length(users, 1) > 1 THEN format('The places disagree about the user: %s.', left(array_to_string(users, ', '), 300))
		WHEN organizations[1] !~ uuid_like THEN format('No organization: %s is no UUID.', quote_literal(left(organizations[1], 80)))
		WHEN users[1] !~ uuid_like AND users[1] !~ '^[^[:space:]@]+@[^[:space:]@]+$' THEN format('No user: %s is neither a UUID nor an address.', quote_literal(left(users[1], 80)))
	END;
	IF flaw IS NOT NULL THEN RETURN; END IF;
	organization := organizations[1]::uuid;
	IF users[1] ~ uuid_like THEN user_id := users[1]::uuid; ELSE user_email := users[1]; END IF;
END $body$;

-- Stripe's moments: whole seconds, or text in thin events.
CREATE OR REPLACE FUNCTION zoo_inbox.stripe_moment(said text) RETURNS timestamptz LANGUAGE sql AS $body$
	SELECT CASE WHEN said ~ '^[0-9]{1,11}$' THEN to_timestamp(said::bigint) ELSE zoo_inbox.moment(said) END
$body$;

-- One of Stripe's amounts; null for anything else.
CREATE OR REPLACE FUNCTION zoo_inbox.minor(said text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $body$
	SELECT CASE WHEN said ~ '^[0-9]{1,15}$' THEN said::bigint END
$body$;

-- Whether a payment is due, for a person, or from before the inbox credits payments; by when it was paid and by what is the matter with it.
-- is_charge_late: it may have been paid long after it was charged, so that only its event tells when.
CREATE OR REPLACE FUNCTION zoo_inbox.placed(row_made zoo_inbox.payment, s zoo_inbox.setting, charged_at timestamptz, is_charge_late boolean) RETURNS zoo_inbox.payment LANGUAGE plpgsql AS $body$
DECLARE
	r zoo_inbox.payment := row_made;
	c zoo_inbox.cutoff;
	knows_when boolean := r.paid_at IS NOT NULL;
BEGIN
	SELECT * INTO STRICT c FROM zoo_inbox.cutoff q WHERE q.live = s.live;
	r.paid_at := coalesce(r.paid_at, charged_at);
	IF r.paid_at IS NULL AND r.flaw IS NULL THEN r.flaw := 'When it was paid is unknown.'; r.code := 'time'; END IF;
	IF NOT knows_when AND is_charge_late AND r.paid_at < c.credited_from AND r.paid_at > c.credited_from - interval '32 days' THEN
		r.status := 'person';
		r.code := 'begun';
		r.why := 'Begun before the inbox credits payments and paid nobody knows when: was it added by what was there before?';
		r.flaw := coalesce(r.flaw, r.why);
		RETURN r;
	END IF;
	IF r.flaw IS NULL AND r.paid_at >= c.credited_from AND r.paid_at < s.restored_at THEN
		r.flaw := 'Paid before the database was restored from a backup: it may have been added, look at the balance.';
		r.code := 'restored';
	ELSIF r.flaw IS NULL AND r.paid_at >= c.credited_from AND r.paid_at < c.shown_until THEN
		r.flaw := 'Paid after the moment from which payments are added, and not among those that were shown when it was entered.';
		r.code := 'unshown';
	END IF;
	r.status := zoo_inbox.sorted(r, c.credited_from);
	r.why := r.flaw;
	IF r.status = 'ignored' THEN
		r.why := 'Paid before the inbox credits payments.';
	END IF;
	RETURN r;
END $body$;

-- A checkout session as Stripe's API answers it, with payment_intent.latest_charge expanded. told_at: when the event that led
-- here came about; unknown for one that was found in a list. Answers what became of it.
CREATE OR REPLACE FUNCTION zoo_inbox.take_checkout(session jsonb, told_at timestamptz, received_by text) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	s zoo_inbox.setting;
	r zoo_inbox.payment;
	intent jsonb := session -> 'payment_intent';
	charge jsonb := session -> 'payment_intent' -> 'latest_charge';
	total bigint := zoo_inbox.minor(session ->> 'amount_total');
	received bigint := zoo_inbox.minor(session -> 'payment_intent' ->> 'amount_received');
	apart bigint := coalesce((session -> 'total_details' ->> 'amount_tax')::bigint, 0) + coalesce((session -> 'total_details' ->> 'amount_shipping')::bigint, 0);
	owner_flaw text;
	is_subscription boolean := session ->> 'mode' IS DISTINCT FROM 'payment';
BEGIN
	SELECT * INTO STRICT s FROM zoo_inbox.setting;
	IF (session -> 'livemode') IS DISTINCT FROM to_jsonb(s.live) THEN RETURN 'another mode'; END IF;
	IF s.marker <> '' AND NOT coalesce(session -> 'metadata', '{}') ? s.marker THEN RETURN 'another product'; END IF;
	IF session ->> 'status' IS DISTINCT FROM 'complete' OR session ->> 'payment_status' IS DISTINCT FROM 'paid' THEN RETURN 'not paid'; END IF;
	IF total = 0 THEN RETURN 'nothing paid'; END IF;

	r.live := s.live;
	r.kind := 'payment';
	r.checkout := session ->> 'id';
	r.invoice := coalesce(session -> 'invoice' ->> 'id', CASE WHEN jsonb_typeof(session -> 'invoice') = 'string' THEN session ->> 'invoice' END);
	r.intent := coalesce(intent ->> 'id', CASE WHEN jsonb_typeof(intent) = 'string' THEN session ->> 'payment_intent' END);
	r.payment := coalesce(r.intent, r.invoice, r.checkout);
	-- What was received counts, not what was asked for; a subscription's first payment stands on its invoice.
	r.amount_cents := CASE WHEN total IS NULL THEN NULL WHEN is_subscription THEN total ELSE coalesce(received, total) END - CASE WHEN s.net THEN apart ELSE 0 END;
	r.currency := lower(session ->> 'currency');
	r.payer := coalesce(session -> 'customer_details' ->> 'email', session ->> 'customer_email');
	r.received_by := received_by;
	SELECT t.organization, t.user_id, t.user_email, t.flaw INTO r.organization, r.user_id, r.user_email, owner_flaw
	FROM zoo_inbox.owner_told(s, session -> 'metadata', intent -> 'metadata', session ->> 'client_reference_id') t;
	r.stripe := jsonb_strip_nulls(jsonb_build_object('total', coalesce(total::text, 'none'), 'received', received::text, 'net', (total - apart)::text, 'currency', r.currency,
		'organization', session -> 'metadata' ->> 'organization', 'user', session -> 'metadata' ->> 'user'));
	r.code := CASE
		WHEN is_subscription THEN 'subscription'
		WHEN r.amount_cents IS NULL THEN 'amount'
		WHEN r.currency IS DISTINCT FROM 'usd' THEN 'currency'
		WHEN owner_flaw IS NOT NULL THEN 'owner'
		WHEN jsonb_typeof(charge) IS DISTINCT FROM 'object' THEN 'charge'
		WHEN charge -> 'disputed' = 'true' OR charge -> 'refunded' = 'true' OR coalesce(zoo_inbox.minor(charge ->> 'amount_refunded'), 0) > 0 THEN 'reversed'
		WHEN received IS DISTINCT FROM total THEN 'part'
		WHEN r.amount_cents <= 0 THEN 'net'
		WHEN r.amount_cents > s.max_amount * 100 THEN 'large'
	END;
	r.flaw := CASE r.code
		WHEN 'subscription' THEN 'The first payment of a subscription, or another kind of checkout, which the inbox does not add by itself.'
		WHEN 'amount' THEN format('The checkout''s amount_total is no amount: %s.', coalesce(left(session ->> 'amount_total', 80), 'nothing'))
		WHEN 'currency' THEN format('Paid in %s, and the balance is in USD.', coalesce(upper(r.currency), 'an unknown currency'))
		WHEN 'owner' THEN owner_flaw
		WHEN 'charge' THEN 'The payment behind the checkout was not answered, so it cannot be compared.'
		WHEN 'reversed' THEN format('Refunded (%s) or disputed before it was added.', zoo_inbox.shown(coalesce(zoo_inbox.minor(charge ->> 'amount_refunded'), 0), r.currency))
		WHEN 'part' THEN format('Received in part: %s of %s.', coalesce(zoo_inbox.shown(received, r.currency), 'an unknown part'), zoo_inbox.shown(total, r.currency))
		WHEN 'net' THEN 'Nothing is left to add without tax and shipping.'
		WHEN 'large' THEN format('Larger than max_amount (%s USD).', trim_scale(s.max_amount))
	END;
	r.paid_at := told_at;
	RETURN zoo_inbox.take_row(zoo_inbox.placed(r, s, zoo_inbox.stripe_moment(charge ->> 'created'),
		charge -> 'payment_method_details' ->> 'type' IS DISTINCT FROM 'card' OR intent ->> 'capture_method' = 'manual'));
END $body$;

-- What a refund or dispute in this state has done: 'moved' money, 'waiting' to, moved 'nothing'; null for a state that is not known.
CREATE OR REPLACE FUNCTION zoo_inbox.reversal_state(kind text, state text) RETURNS text LANGUAGE sql IMMUTABLE AS $body$
	SELECT CASE
		WHEN kind = 'refund' AND state = 'succeeded' THEN 'moved'
		WHEN kind = 'refund' AND state IN ('pending', 'requires_action') THEN 'waiting'
		WHEN kind = 'refund' AND state IN ('failed', 'canceled') THEN 'nothing'
		WHEN kind = 'dispute' AND state IN ('needs_response', 'under_review', 'lost') THEN 'moved'
		-- An inquiry: no money has moved.
		WHEN kind = 'dispute' AND state IN ('warning_needs_response', 'warning_under_review') THEN 'waiting'
		WHEN kind = 'dispute' AND state IN ('warning_closed', 'won', 'prevented') THEN 'nothing'
	END
$body$;

-- A refund or dispute of a payment that is in the table. One that has moved money is a case; nothing is subtracted by itself.
-- A payment that is not added yet is held instead.
CREATE OR REPLACE FUNCTION zoo_inbox.take_reversal(reversal jsonb, received_by text) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	r zoo_inbox.payment;
	p zoo_inbox.payment;
	there zoo_inbox.payment;
	paid text := coalesce(reversal -> 'payment_intent' ->> 'id', reversal ->> 'payment_intent');
	state text := reversal ->> 'status';
	did text;
	what text;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtext('zoo_inbox take'));
	SELECT q.* INTO p FROM zoo_inbox.payment q JOIN zoo_inbox.setting s ON q.live = s.live
	WHERE (q.payment = paid OR q.intent = paid) AND q.kind IN ('payment', 'renewal') ORDER BY q.id LIMIT 1;
	IF NOT FOUND OR p.status = 'ignored' THEN RETURN 'not of the inbox'; END IF;
	r.live := p.live;
	r.payment := reversal ->> 'id';
	r.kind := CASE WHEN reversal ->> 'object' = 'dispute' THEN 'dispute' ELSE 'refund' END;
	did := coalesce(zoo_inbox.reversal_state(r.kind, state), 'unknown');
	r.organization := p.organization;
	r.user_id := p.user_id;
	r.user_email := p.user_email;
	r.amount_cents := (reversal ->> 'amount')::bigint;
	r.currency := lower(reversal ->> 'currency');
	r.payer := p.payer;
	r.received_by := received_by;
	r.stripe := jsonb_build_object('state', state, 'did', did);
	r.paid_at := zoo_inbox.stripe_moment(reversal ->> 'created');
	what := format('A %s of %s of payment %s (row %s), at Stripe %s', r.kind, coalesce(zoo_inbox.shown(r.amount_cents, r.currency), 'an unknown amount'), paid, p.id, coalesce(state, 'in a state that it does not tell'));
	IF did IN ('moved', 'waiting', 'unknown') AND p.added_at IS NULL AND p.preview IS NULL AND (p.status IN ('due', 'working') OR (p.status = 'person' AND p.kind = 'payment')) THEN
		IF p.status <> 'person' AND p.flaw IS NULL THEN
			PERFORM zoo_inbox.hold(p.id, what || ', before the payment was added.');
			RETURN 'held';
		END IF;
		UPDATE zoo_inbox.payment q SET why = q.why || ' ' || what || ', before the payment was added.', history = zoo_inbox.noted(q.history, 'reversed', jsonb_build_object('said', what))
		WHERE q.id = p.id AND position(what IN q.why) = 0;
		RETURN 'told with its payment';
	END IF;
	r.code := r.kind;
	r.status := CASE WHEN did IN ('moved', 'unknown') THEN 'person' ELSE 'ignored' END;
	r.why := what || CASE did WHEN 'moved' THEN '. Decide whether to take it from the balance.' WHEN 'unknown' THEN ', which the inbox does not know. Look at it at Stripe.'
		WHEN 'waiting' THEN ': no money has moved yet.' ELSE ': no money has moved, or it is back.' END;
	SELECT * INTO there FROM zoo_inbox.payment q WHERE q.live = r.live AND q.payment = r.payment FOR UPDATE;
	IF NOT FOUND THEN RETURN zoo_inbox.insert_row(r); END IF;
	IF there.kind NOT IN ('refund', 'dispute') OR there.stripe ->> 'state' = state THEN RETURN 'there'; END IF;
	-- A case that nobody has settled follows Stripe; one that was settled is opened anew when the money went another way since.
	IF there.status = 'done' THEN
		IF coalesce(there.stripe ->> 'did', 'moved') = did OR (there.stripe IS NULL AND did = 'moved') THEN r.status := 'done'; r.why := there.why;
		ELSE r.status := 'person'; r.why := format('%s. It was settled before (%s): decide anew.', what, coalesce(there.why, 'nobody said why')); END IF;
	END IF;
	UPDATE zoo_inbox.payment q SET status = r.status, why = r.why, stripe = r.stripe, code = r.code,
		history = zoo_inbox.noted(q.history, 'told anew', jsonb_build_object('by', r.received_by, 'state', state))
	WHERE q.id = there.id;
	RETURN r.status;
END $body$;

-- A paid invoice that names an owner, of a subscription or by itself: a case, unless a checkout tells of the same payment.
CREATE OR REPLACE FUNCTION zoo_inbox.take_invoice(invoice jsonb, told_at timestamptz, received_by text) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	s zoo_inbox.setting;
	r zoo_inbox.payment;
	paid text := coalesce(invoice -> 'payment_intent' ->> 'id', CASE WHEN jsonb_typeof(invoice -> 'payment_intent') = 'string' THEN invoice ->> 'payment_intent' END);
	subscription jsonb := coalesce(nullif(invoice -> 'parent' -> 'subscription_details', 'null'), nullif(invoice -> 'subscription_details', 'null'));
	is_subscription boolean := coalesce(nullif(invoice -> 'subscription', 'null'), nullif(invoice -> 'parent' -> 'subscription_details', 'null')) IS NOT NULL OR invoice ->> 'billing_reason' LIKE 'subscription%';
	owner_flaw text;
BEGIN
	SELECT * INTO STRICT s FROM zoo_inbox.setting;
	IF (invoice -> 'livemode') IS DISTINCT FROM to_jsonb(s.live) THEN RETURN 'another mode'; END IF;
	IF invoice ->> 'amount_paid' ~ '^0+$' THEN RETURN 'nothing paid'; END IF;
	r.live := s.live;
	r.kind := 'payment';
	r.invoice := invoice ->> 'id';
	r.intent := paid;
	r.payment := CASE WHEN is_subscription THEN r.invoice ELSE coalesce(paid, r.invoice) END;
	r.amount_cents := (invoice ->> 'amount_paid')::bigint;
	r.currency := lower(invoice ->> 'currency');
	r.payer := invoice ->> 'customer_email';
	r.received_by := received_by;
	r.paid_at := coalesce(told_at, zoo_inbox.stripe_moment(invoice -> 'status_transitions' ->> 'paid_at'));
	r.code := CASE WHEN is_subscription THEN 'subscription' ELSE 'invoice' END;
	r.stripe := jsonb_build_object('total', invoice ->> 'amount_paid', 'currency', r.currency);
	SELECT t.organization, t.user_id, t.user_email, t.flaw INTO r.organization, r.user_id, r.user_email, owner_flaw
	FROM zoo_inbox.owner_told(s, coalesce(nullif(invoice -> 'metadata', 'null'), '{}') || coalesce(nullif(subscription -> 'metadata', 'null'), '{}'), NULL, NULL) t;
	IF NOT (coalesce(nullif(invoice -> 'metadata', 'null'), '{}') || coalesce(nullif(subscription -> 'metadata', 'null'), '{}')) ?| ARRAY['organization', 'user']
		AND NOT EXISTS (SELECT 1 FROM zoo_inbox.payment p WHERE p.live = r.live AND (p.invoice = r.invoice OR p.payment IN (r.invoice, paid))) THEN RETURN 'another product'; END IF;
	r.flaw := concat_ws(' ', CASE WHEN is_subscription THEN 'An invoice of a subscription was paid, which the inbox does not add by itself.'
		ELSE 'An invoice was paid, and no checkout tells of it.' END, owner_flaw);
	RETURN zoo_inbox.take_row(zoo_inbox.placed(r, s, NULL, false));
END $body$;

-- What cannot be read is kept for a person, and harms nothing else.
CREATE OR REPLACE FUNCTION zoo_inbox.take_unreadable(object jsonb, received_by text, why text) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	r zoo_inbox.payment;
BEGIN
	SELECT live INTO STRICT r.live FROM zoo_inbox.setting;
	r.payment := 'unreadable ' || coalesce(nullif(left(object ->> 'id', 200), ''), md5(coalesce(object::text, '')));
	r.kind := 'unreadable';
	r.code := 'unreadable';
	r.status := 'person';
	r.received_by := received_by;
	r.why := format('Stripe tells of this, and the inbox cannot read it: %s. Look at it at Stripe.', why);
	RETURN zoo_inbox.insert_row(r);
END $body$;

-- One of Stripe's objects, whatever it is: taken, or kept as one that cannot be read.
CREATE OR REPLACE FUNCTION zoo_inbox.take_object(object jsonb, told_at timestamptz, received_by text) RETURNS text LANGUAGE plpgsql AS $body$
BEGIN
	RETURN CASE object ->> 'object'
		WHEN 'checkout.session' THEN zoo_inbox.take_checkout(object, told_at, received_by)
		WHEN 'refund' THEN zoo_inbox.take_reversal(object, received_by)
		WHEN 'dispute' THEN zoo_inbox.take_reversal(object, received_by)
		WHEN 'invoice' THEN zoo_inbox.take_invoice(object, told_at, received_by)
		ELSE zoo_inbox.take_unreadable(object, received_by, format('it is no checkout, refund, dispute or invoice but %s', coalesce(quote_literal(left(object ->> 'object', 80)), 'nothing named')))
	END;
EXCEPTION
	WHEN data_exception OR integrity_constraint_violation THEN
		RETURN zoo_inbox.take_unreadable(object, received_by, SQLERRM);
END $body$;

-- Which events tell of which of Stripe's objects; thin events carry 'v1.' before the same names.
CREATE OR REPLACE FUNCTION zoo_inbox.object_of(event_type text) RETURNS text LANGUAGE sql IMMUTABLE AS $body$
	SELECT CASE regexp_replace(event_type, '^v1[.]', '')
		WHEN 'checkout.session.completed' THEN 'checkout.session' WHEN 'checkout.session.async_payment_succeeded' THEN 'checkout.session'
		WHEN 'refund.created' THEN 'refund' WHEN 'refund.updated' THEN 'refund' WHEN 'refund.failed' THEN 'refund'
		WHEN 'charge.dispute.created' THEN 'dispute' WHEN 'charge.dispute.updated' THEN 'dispute' WHEN 'charge.dispute.closed' THEN 'dispute'
		WHEN 'charge.dispute.funds_withdrawn' THEN 'dispute' WHEN 'charge.dispute.funds_reinstated' THEN 'dispute'
		WHEN 'invoice.paid' THEN 'invoice'
	END
$body$;

-- A signed event, whole or thin. `status` and `answer_text`: what Stripe answered when the object was asked for by its ID, which counts.
DROP FUNCTION IF EXISTS zoo_inbox.take_event(jsonb, integer, jsonb);
CREATE OR REPLACE FUNCTION zoo_inbox.take_event(event_text text, status integer, answer_text text) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	s zoo_inbox.setting;
	event jsonb := zoo_inbox.parsed(event_text);
	inside jsonb := event -> 'data' -> 'object';
	id text := coalesce(event -> 'data' -> 'object' ->> 'id', event -> 'related_object' ->> 'id');
	kind text := zoo_inbox.object_of(event ->> 'type');
	answer jsonb;
BEGIN
	SELECT * INTO STRICT s FROM zoo_inbox.setting;
	IF (event -> 'livemode') IS DISTINCT FROM to_jsonb(s.live) THEN RETURN 'another mode'; END IF;
	IF kind IS NULL THEN RETURN 'another event'; END IF;
	answer := CASE WHEN status = 200 THEN zoo_inbox.parsed(answer_text) END;
	IF answer ->> 'id' IS DISTINCT FROM id OR answer ->> 'object' IS DISTINCT FROM kind THEN
		-- A key that may not read what it was not asked to read until now; a checkout is always asked for.
		IF kind = 'checkout.session' OR inside ->> 'object' IS DISTINCT FROM kind OR coalesce(status, 403) NOT IN (401, 403, 404) THEN
			RAISE EXCEPTION 'Stripe does not tell of % % (status %)', kind, id, status;
		END IF;
		answer := inside;
	END IF;
	RETURN zoo_inbox.take_object(answer, zoo_inbox.stripe_moment(event ->> 'created'), format('event %s', event ->> 'id'));
END $body$;

-- One page of one of Stripe's lists, or what came instead. Answers how many rows are new; what one list does not give harms no other.
DROP FUNCTION IF EXISTS zoo_inbox.take_page(jsonb);
CREATE OR REPLACE FUNCTION zoo_inbox.take_page(list_name text, status integer, page_text text) RETURNS TABLE (list text, seen integer, added integer, for_a_person integer, missing text) LANGUAGE plpgsql AS $body$
DECLARE
	page jsonb;
	one jsonb;
	became text;
BEGIN
	list := list_name;
	seen := 0;
	added := 0;
	for_a_person := 0;
	BEGIN
		page := zoo_inbox.parsed(page_text);
	EXCEPTION
		WHEN data_exception THEN NULL;
	END;
	IF status IS DISTINCT FROM 200 OR jsonb_typeof(page -> 'data') IS DISTINCT FROM 'array' THEN
		missing := format('Stripe answered no list of %s (status %s): %s', list_name, coalesce(status::text, 'unknown'),
			coalesce(left(coalesce(page -> 'error' ->> 'message', page_text), 300), 'nothing'));
		INSERT INTO zoo_inbox.list AS l (name, failed_at, why) VALUES (list_name, clock_timestamp(), missing)
		ON CONFLICT (name) DO UPDATE SET failed_at = excluded.failed_at, why = excluded.why;
		RETURN NEXT;
		RETURN;
	END IF;
	FOR one IN SELECT * FROM jsonb_array_elements(page -> 'data') LOOP
		became := zoo_inbox.take_object(one, NULL, 'reconciliation');
		seen := seen + 1;
		IF became = 'due' THEN added := added + 1; END IF;
		IF became = 'person' THEN for_a_person := for_a_person + 1; END IF;
	END LOOP;
	IF page -> 'has_more' IS DISTINCT FROM 'true' THEN
		INSERT INTO zoo_inbox.list AS l (name, read_at) VALUES (list_name, clock_timestamp())
		ON CONFLICT (name) DO UPDATE SET read_at = excluded.read_at, failed_at = NULL, why = NULL;
	END IF;
	RETURN NEXT;
END $body$;

-- What the workflow gets to work on. asked_at: the worker's own clock when it asked, in milliseconds, handed back as it came,
-- so that it can tell how much of the lease is left without comparing two machines' clocks.
-- looks: only the balance is to be read, or the UUID of an address to be found.
DROP FUNCTION IF EXISTS zoo_inbox.work(zoo_inbox.payment, zoo_inbox.setting, text, text);
CREATE OR REPLACE FUNCTION zoo_inbox.work(p zoo_inbox.payment, s zoo_inbox.setting, sent_before text, asked_at text, looks boolean)
RETURNS jsonb LANGUAGE sql AS $body$
	SELECT jsonb_build_object(
		'id', p.id, 'claims', p.claims, 'payment', p.payment, 'owner', zoo_inbox.owner_of(p),
		'amount_cents', p.amount_cents::text, 'currency', p.currency,
		'preview', p.preview, 'sent_before', sent_before,
		'next', CASE WHEN p.organization IS NULL THEN 'user ' ELSE 'org ' END
			|| CASE WHEN looks OR p.owner IS NULL THEN 'look' WHEN p.preview IS NOT NULL THEN 'apply' ELSE s.balance_model END,
		'credit_multiplier', trim_scale(s.credit_multiplier)::text,
		-- The node holds it against each amount, the credits that the multiplier makes included; what a person has approved is not held.
		'max_amount', trim_scale(ceil(greatest(s.max_amount, CASE WHEN p.approved THEN p.amount_cents / 100.0 END) * greatest(1, s.credit_multiplier) * 100) / 100)::text,
		-- A quarter of the lease is kept for the last write, which may time out and still land; of 180 seconds it can be looked at twice.
		'send_within', floor(extract(epoch FROM p.lease_until - clock_timestamp()) - s.lease_seconds / 4.0), 'asked_at', asked_at)
$body$;

-- Of fresh payments, those that may be added in this hour without a person, in order; those that a person has made due always.
CREATE OR REPLACE FUNCTION zoo_inbox.within_the_hour(ids bigint[], s zoo_inbox.setting) RETURNS bigint[] LANGUAGE sql STABLE AS $body$
	WITH used AS (
		SELECT count(*) AS payments, coalesce(sum(p.amount_cents), 0) AS cents FROM zoo_inbox.payment p
		WHERE NOT p.approved AND (p.status = 'working' OR p.added_at > greatest(clock_timestamp() - interval '1 hour', s.counted_from))),
	counted AS (
		SELECT p.id, p.approved, count(*) FILTER (WHERE NOT p.approved) OVER first AS payments, coalesce(sum(p.amount_cents) FILTER (WHERE NOT p.approved) OVER first, 0) AS cents
		FROM zoo_inbox.payment p WHERE p.id = ANY (ids) WINDOW first AS (ORDER BY p.id))
	SELECT array_agg(c.id ORDER BY c.id) FROM counted c, used u
	WHERE c.approved OR (c.payments + u.payments <= s.hourly_payments AND c.cents + u.cents <= s.hourly_dollars * 100)
$body$;

-- At most one payment for each owner, the oldest due one, and never beside an open one; only of the mode that is set. Rows whose
-- lease has run out are taken over as they are. Rows that have met trouble come apart from the others, so that these do not wait
-- for them. Balances to be read for people come beside them.
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
	-- One after the other, so that two claims do not use up the hour's rest together.
	PERFORM pg_advisory_xact_lock(hashtext('zoo_inbox claim'));
	SELECT * INTO s FROM zoo_inbox.setting;
	IF s.swept_at IS NULL OR s.swept_at < clock_timestamp() - interval '30 seconds' THEN
		UPDATE zoo_inbox.setting SET swept_at = clock_timestamp()
		WHERE only_row IN (SELECT only_row FROM zoo_inbox.setting FOR UPDATE SKIP LOCKED);
	END IF;
	IF s.paused_until > clock_timestamp() THEN RETURN; END IF;
	RETURN QUERY
		WITH seen AS (
			UPDATE zoo_inbox.payment p SET look_at = clock_timestamp() + interval '15 minutes'
			WHERE p.id IN (SELECT q.id FROM zoo_inbox.payment q WHERE q.look_at <= clock_timestamp() AND q.live = s.live AND q.status <> 'working'
				ORDER BY q.look_at LIMIT 10 FOR UPDATE SKIP LOCKED)
			RETURNING p.*)
		SELECT zoo_inbox.work(c, s, 'no', claim.asked_at, true) FROM seen c ORDER BY c.id;
	IF s.braked_at IS NOT NULL THEN RETURN; END IF;
	-- After a pause one row tries whether it is over.
	IF s.paused_because IS NOT NULL THEN many := 1; END IF;

	SELECT array_agg(id ORDER BY id) INTO taken FROM (
		SELECT id FROM zoo_inbox.payment WHERE status = 'working' AND lease_until < clock_timestamp() AND live = s.live
		ORDER BY lease_until LIMIT many FOR UPDATE SKIP LOCKED) lapsed;
	IF taken IS NULL THEN
		FOREACH troubled IN ARRAY ARRAY[true, false] LOOP
			EXIT WHEN taken IS NOT NULL;
			SELECT array_agg(id ORDER BY id) INTO taken FROM (
				SELECT p.id FROM zoo_inbox.payment p
				WHERE p.status = 'due' AND p.live = s.live AND p.not_before <= clock_timestamp() AND (p.attempts > 0) = troubled
					AND NOT EXISTS (SELECT 1 FROM zoo_inbox.payment e WHERE e.owner = p.owner AND e.live = p.live AND e.status = 'due' AND e.id < p.id)
					AND NOT EXISTS (SELECT 1 FROM zoo_inbox.payment o WHERE o.owner = p.owner
						AND (o.status = 'working' OR (o.status = 'person' AND o.preview IS NOT NULL)))
					AND NOT EXISTS (SELECT 1 FROM zoo_inbox.payment l WHERE l.owner = p.owner AND l.open_until > clock_timestamp())
				ORDER BY p.id LIMIT many FOR UPDATE OF p SKIP LOCKED) free;
		END LOOP;
		IF taken IS NULL THEN RETURN; END IF;
		taken := zoo_inbox.within_the_hour(taken, s);
		IF taken IS NULL THEN
			UPDATE zoo_inbox.setting SET braked_at = clock_timestamp(), braked_by = 'the inbox',
				braked_because = format('The next payment would be beyond what is added in an hour without a person (%s payments, %s USD). Look at what came in, then resume', s.hourly_payments, trim_scale(s.hourly_dollars));
			PERFORM zoo_inbox.audited('the inbox', 'pause', 'hourly limit');
			RETURN;
		END IF;
	END IF;
	RETURN QUERY
		WITH claimed AS (
			UPDATE zoo_inbox.payment p SET status = 'working', holder = holder_wanted, claims = p.claims + 1,
				lease_until = clock_timestamp() + make_interval(secs => s.lease_seconds),
				history = zoo_inbox.noted(p.history, 'claimed', jsonb_build_object('by', holder_wanted, 'attempt', p.attempts + 1))
			WHERE p.id = ANY (taken)
			RETURNING p.*)
		SELECT zoo_inbox.work(c, s, CASE WHEN c.preview IS NULL THEN 'no' ELSE 'perhaps' END, claim.asked_at, false) FROM claimed c ORDER BY c.id;
EXCEPTION
	-- Two rows of one owner whose transactions ended in another order than they began: the next round finds them in order.
	WHEN unique_violation THEN RETURN;
END $body$;

-- What a payment adds to which of Zoo's fields, in US dollars.
CREATE OR REPLACE FUNCTION zoo_inbox.added_by(p zoo_inbox.payment, s zoo_inbox.setting) RETURNS TABLE (field text, amount numeric) LANGUAGE sql AS $body$
	SELECT 'pre_pay_cash_remaining', p.amount_cents / 100.0 WHERE s.balance_model = 'prePay'
	UNION ALL SELECT 'pre_pay_credits_remaining', round(p.amount_cents / 100.0 * s.credit_multiplier, 2) WHERE s.balance_model = 'prePay'
	UNION ALL SELECT 'stable_api_credits_remaining_monetary_value', p.amount_cents / 100.0 WHERE s.balance_model = 'apiCredits'
$body$;

-- The first thing in a preview that is not the payment's: whose it is, what it is for, which amounts it adds. Null: none.
CREATE OR REPLACE FUNCTION zoo_inbox.wrong_in(preview jsonb, p zoo_inbox.payment, s zoo_inbox.setting) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	wrong text;
	whose text;
BEGIN
	IF jsonb_typeof(preview) IS DISTINCT FROM 'object' THEN RETURN 'there is none'; END IF;
	whose := CASE WHEN p.organization IS NULL THEN 'userId' ELSE 'orgId' END;
	IF lower(preview ->> whose) IS DISTINCT FROM p.owner::text THEN RETURN format('it is for %s', coalesce(preview ->> whose, 'nobody')); END IF;
	IF preview ->> 'reference' IS DISTINCT FROM p.payment THEN RETURN format('it is for payment %s', coalesce(preview ->> 'reference', 'nobody knows which')); END IF;
	IF jsonb_typeof(preview -> 'from') IS DISTINCT FROM 'object' OR jsonb_typeof(preview -> 'to') IS DISTINCT FROM 'object' THEN RETURN 'it has no amounts'; END IF;
	SELECT format('%s goes from %s to %s', t.key, coalesce(preview -> 'from' ->> t.key, 'nothing'), t.value) INTO wrong
	FROM jsonb_each_text(preview -> 'to') t LEFT JOIN zoo_inbox.added_by(p, s) a ON a.field = t.key
	WHERE a.field IS NULL OR (t.value::numeric - (preview -> 'from' ->> t.key)::numeric) IS DISTINCT FROM a.amount LIMIT 1;
	IF wrong IS NOT NULL THEN RETURN wrong; END IF;
	SELECT format('%s is missing', a.field) INTO wrong FROM zoo_inbox.added_by(p, s) a WHERE a.amount <> 0 AND NOT preview -> 'to' ? a.field LIMIT 1;
	RETURN wrong;
EXCEPTION
	WHEN data_exception THEN RETURN 'an amount in it cannot be read';
END $body$;

-- Stores what a write was decided to be, before anything is sent: only for whoever holds the row, and only while the lease lasts.
-- No row comes back otherwise, and then nothing may be sent. What was looked up from a copy of Zoo's data that an earlier payment
-- had not reached is looked up again later: whatever is built on it would undo that payment.
CREATE OR REPLACE FUNCTION zoo_inbox.keep(id_held bigint, claims_held integer, preview_made jsonb, asked_at text)
RETURNS TABLE (work jsonb) LANGUAGE plpgsql AS $body$
DECLARE
	s zoo_inbox.setting;
	p zoo_inbox.payment;
	wrong text;
BEGIN
	SELECT * INTO STRICT s FROM zoo_inbox.setting;
	SELECT * INTO p FROM zoo_inbox.payment q
	WHERE q.id = id_held AND q.claims = claims_held AND q.status = 'working' AND q.preview IS NULL AND q.lease_until > clock_timestamp()
	FOR UPDATE;
	IF NOT FOUND THEN RETURN; END IF;
	IF s.braked_at IS NOT NULL OR p.flaw IS NOT NULL OR p.live <> s.live THEN
		PERFORM zoo_inbox.record(id_held, claims_held, 'no', jsonb_build_object(
			'error', CASE WHEN p.flaw IS NOT NULL THEN p.flaw ELSE 'The inbox is paused' END,
			'details', jsonb_build_object('outcome', 'notSent', 'reason', CASE WHEN p.flaw IS NOT NULL THEN 'held' ELSE 'paused' END)));
		RETURN;
	END IF;
	wrong := zoo_inbox.wrong_in(preview_made, p, s);
	IF wrong IS NOT NULL THEN
		PERFORM zoo_inbox.record(id_held, claims_held, 'no', jsonb_build_object(
			'error', format('The preview is not of this payment: %s', wrong),
			'details', jsonb_build_object('outcome', 'notSent', 'reason', 'previewDiffers')));
		RETURN;
	END IF;
	IF zoo_inbox.moment(preview_made ->> 'updatedAt')
		< (SELECT max(o.balance_updated_at) FROM zoo_inbox.payment o WHERE o.owner = p.owner) THEN
		PERFORM zoo_inbox.record(id_held, claims_held, 'no', jsonb_build_object(
			'error', 'Zoo answered with an older balance than after an earlier payment',
			'details', jsonb_build_object('outcome', 'notSent', 'reason', 'staleReply')));
		RETURN;
	END IF;
	UPDATE zoo_inbox.payment q SET preview = preview_made,
		history = zoo_inbox.noted(q.history, 'preview kept', jsonb_build_object('from', preview_made -> 'from', 'to', preview_made -> 'to'))
	WHERE q.id = p.id
	RETURNING q.* INTO p;
	RETURN QUERY SELECT zoo_inbox.work(p, s, 'no', keep.asked_at, false);
END $body$;

-- How many tries a payment gets that was not sent, for this reason; after them a person decides. Null: as many as it takes.
-- Reasons that are not named here, such as those of a newer node, get none.
CREATE OR REPLACE FUNCTION zoo_inbox.patience(reason text) RETURNS integer LANGUAGE sql IMMUTABLE AS $body$
	SELECT CASE
		-- Nothing is the matter with the payment: an outage is waited for, however long it takes.
		WHEN reason IN ('unreachable', 'unavailable', 'unreadableReply', 'tokenRefused', 'employeeTokenNeeded', 'credentialUnusable',
			'otherBalanceModel', 'endpointMissing', 'heldBack', 'blockedByEarlierItem', 'canceled', 'stopped', 'changedMeanwhile', 'previewExpired', 'paused') THEN NULL
		-- Zoo itself may have gone back in time, and then shows an old balance for good.
		WHEN reason = 'staleReply' THEN 8
		-- Zoo, or the node, says no to this one payment, again and again.
		WHEN reason IN ('refusedByZoo', 'ownerUnknown', 'ownerOrEndpointUnknown', 'amountMissing', 'unforeseen') THEN 5
		-- The settings may have changed between the claim and the preview.
		WHEN reason = 'previewDiffers' THEN 1
		-- Among them held (a refund came first), invalidInput, tooLarge, belowZero, conditionNotMet, referenceRepeated, overtaken and memoryUnreadable.
		ELSE 0
	END
$body$;

-- What has to follow from what the node said of one payment. may_have_been_sent: before this attempt.
-- done: added. again: nothing of it was sent. rest: perhaps sent, to be looked at again. person: nothing else can decide.
-- What is not known by name is a person's: it leads neither to adding nor to 'not sent'.
DROP FUNCTION IF EXISTS zoo_inbox.judged(jsonb, boolean, boolean, integer);
CREATE OR REPLACE FUNCTION zoo_inbox.judged(said jsonb, p zoo_inbox.payment, may_have_been_sent boolean) RETURNS text LANGUAGE sql AS $body$
	SELECT CASE
		WHEN named <> p.payment THEN 'person'
		WHEN said ? 'confirmation' THEN
			CASE WHEN p.preview IS NOT NULL AND named = p.payment AND status IN ('confirmed', 'alreadyThere') THEN 'done' ELSE 'person' END
		-- Zoo knows nobody of this address.
		WHEN p.owner IS NULL AND reason IN ('ownerUnknown', 'invalidInput') THEN 'person'
		-- Nothing readable came of it.
		WHEN outcome IS NULL THEN CASE WHEN p.attempts >= 8 THEN 'person' WHEN p.preview IS NULL THEN 'again' ELSE 'rest' END
		WHEN outcome = 'unknown' AND reason = 'outcomeUnknown' THEN 'rest'
		-- 'different', 'notConfirmed', 'written', another 'unknown', and words that this table does not have.
		WHEN outcome NOT IN ('notSent', 'notApplied') THEN 'person'
		-- Not sent or not applied by this attempt: that says nothing of an earlier one.
		WHEN may_have_been_sent THEN CASE WHEN p.attempts >= greatest(zoo_inbox.patience(reason), 8) AND zoo_inbox.patience(reason) IS NOT NULL THEN 'person' ELSE 'rest' END
		WHEN p.attempts >= zoo_inbox.patience(coalesce(reason, '')) THEN 'person'
		ELSE 'again'
	END
	FROM (SELECT said -> 'details' ->> 'outcome' AS outcome, said -> 'details' ->> 'reason' AS reason, said -> 'confirmation' ->> 'status' AS status,
		coalesce(said -> 'confirmation' ->> 'reference', said -> 'details' ->> 'reference') AS named) AS _
$body$;

-- Stores what came of it, for whoever holds the row and nobody else. Answers the row's new status, or 'late'.
CREATE OR REPLACE FUNCTION zoo_inbox.record(id_held bigint, claims_held integer, sent_before text, said jsonb) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	s zoo_inbox.setting;
	p zoo_inbox.payment;
	verdict text;
	reason text := said -> 'details' ->> 'reason';
	line text := left(coalesce(said ->> 'error', said ->> 'message', 'The node said nothing that can be read'), 1000);
	wait interval;
	counts boolean;
BEGIN
	SELECT * INTO STRICT s FROM zoo_inbox.setting;
	SELECT * INTO p FROM zoo_inbox.payment q WHERE q.id = id_held AND q.claims = claims_held AND q.status = 'working' FOR UPDATE;
	IF NOT FOUND THEN RETURN 'late'; END IF;
	verdict := zoo_inbox.judged(said, p, p.preview IS NOT NULL AND sent_before IS DISTINCT FROM 'no');
	IF verdict = 'person' AND said ? 'confirmation' THEN
		line := left(format('The node''s answer is not the confirmation of this payment: %s', said -> 'confirmation'), 1000);
	END IF;
	IF verdict = 'again' AND p.flaw IS NOT NULL THEN
		verdict := 'person';
		line := p.flaw;
	END IF;
	-- 3 s, 6 s, 12 s … up to a quarter of an hour.
	wait := least(interval '15 minutes', interval '3 seconds' * power(2, least(p.attempts, 20)));
	-- These say nothing of the payment itself: Zoo asked all to wait, or an earlier payment has to be cleared up.
	counts := coalesce(reason, '') NOT IN ('heldBack', 'blockedByEarlierItem', 'canceled', 'changedMeanwhile', 'paused');

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

	IF p.owner IS NOT NULL AND reason = 'ownerOrEndpointUnknown' OR reason IN ('tokenRefused', 'employeeTokenNeeded', 'credentialUnusable', 'otherBalanceModel', 'endpointMissing') THEN
		UPDATE zoo_inbox.setting SET paused_until = clock_timestamp() + interval '2 minutes', paused_because = line;
	ELSIF s.paused_because IS NOT NULL AND verdict = 'done' THEN
		UPDATE zoo_inbox.setting SET paused_until = NULL, paused_because = NULL;
	END IF;
	RETURN CASE verdict WHEN 'again' THEN 'due' WHEN 'rest' THEN 'working' ELSE verdict END;
END $body$;

-- What the node read of an owner: the UUID of an address, so that the payment can be claimed for a write; or the balance beside a case.
CREATE OR REPLACE FUNCTION zoo_inbox.looked(id_looked bigint, claims_held integer, said jsonb) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	p zoo_inbox.payment;
	balance jsonb;
	reason text := said -> 'details' ->> 'reason';
BEGIN
	SELECT * INTO p FROM zoo_inbox.payment q WHERE q.id = id_looked FOR UPDATE;
	IF NOT FOUND THEN RETURN 'late'; END IF;
	IF p.owner IS NULL AND p.status IN ('working', 'person') AND said ->> 'userId' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' AND coalesce(lower(said ->> 'userEmail'), p.user_email) = p.user_email THEN
		-- It is given back at once: the user may have something open under the UUID.
		UPDATE zoo_inbox.payment q SET user_id = (said ->> 'userId')::uuid, history = zoo_inbox.noted(q.history, 'found', jsonb_build_object('user', said -> 'userId')),
			status = CASE WHEN p.status = 'working' AND q.flaw IS NULL THEN 'due' ELSE 'person' END,
			lease_until = NULL, not_before = clock_timestamp(), why = CASE WHEN p.status = 'working' THEN q.flaw ELSE q.why END
		WHERE q.id = p.id AND (p.status = 'person' OR p.claims = claims_held);
		IF p.status = 'working' THEN RETURN CASE WHEN p.claims <> claims_held THEN 'late' WHEN p.flaw IS NULL THEN 'due' ELSE 'person' END; END IF;
	ELSIF p.status = 'working' AND p.owner IS NULL THEN
		RETURN zoo_inbox.record(id_looked, claims_held, 'no', CASE WHEN said ? 'details' THEN jsonb_set(said, '{details,outcome}', to_jsonb(CASE said -> 'details' ->> 'outcome' WHEN 'notRead' THEN 'notSent' ELSE coalesce(said -> 'details' ->> 'outcome', 'notSaid') END))
			ELSE jsonb_build_object('error', 'Zoo does not say whose address it is', 'details', jsonb_build_object('outcome', 'notSent', 'reason', 'unreadableReply')) END);
	END IF;
	IF p.status = 'working' OR p.look_at IS NULL THEN RETURN 'late'; END IF;
	balance := jsonb_build_object('read_at', zoo_inbox.shown(clock_timestamp())) || CASE WHEN said ? 'details' OR said ? 'error'
		THEN jsonb_build_object('not read', coalesce(said ->> 'error', reason, 'nobody knows why')) ELSE said - 'orgId' - 'userId' - 'userEmail' END;
	-- An outage is waited for as long as the case is open.
	UPDATE zoo_inbox.payment q SET
		look_at = CASE WHEN balance ? 'not read' AND p.status = 'person' AND zoo_inbox.patience(coalesce(reason, '')) IS NULL THEN clock_timestamp() + interval '15 minutes' END,
		balance_opened = CASE WHEN p.status = 'person' THEN balance ELSE q.balance_opened END,
		balance_settled = CASE WHEN p.status <> 'person' THEN balance ELSE q.balance_settled END
	WHERE q.id = p.id;
	IF p.status <> 'person' THEN PERFORM zoo_inbox.audited('the inbox', 'balance read', 'after the case was settled', p.id, NULL, NULL, balance); END IF;
	RETURN 'read';
END $body$;

-- Why a case cannot be settled as a person says; null where it can. They repeat what they saw, so that nothing moves under their hands.
CREATE OR REPLACE FUNCTION zoo_inbox.moved(p zoo_inbox.payment, amount text, owner_named text, who text, why text) RETURNS text LANGUAGE sql STABLE AS $body$
	SELECT CASE
		WHEN p.id IS NULL THEN 'there is no such row'
		WHEN zoo_inbox.said_by(who, why) IS NOT NULL THEN zoo_inbox.said_by(who, why)
		WHEN p.status <> 'person' THEN format('row %s is no case any more, it is ''%s'' (%s)', p.id, p.status, coalesce(p.why, 'nothing is the matter with it'))
		WHEN btrim(coalesce(amount, '')) <> zoo_inbox.amount_of(p.amount_cents, p.currency)
			THEN format('the amount of row %s is %s, not %s', p.id, coalesce(zoo_inbox.shown(p.amount_cents, p.currency), 'not known: say '''''), quote_literal(coalesce(amount, '')))
		WHEN lower(btrim(coalesce(owner_named, ''))) <> zoo_inbox.owner_of(p) AND zoo_inbox.owner_of(p) <> ''
			THEN format('the owner of row %s is %s, not %s', p.id, zoo_inbox.owner_of(p), coalesce(nullif(owner_named, ''), 'nobody'))
	END
$body$;

-- A person closes a case: it has been added, or it is not to be. Answers what happened, or why nothing did.
DROP FUNCTION IF EXISTS zoo_inbox.close_case(bigint, text, text, text);
CREATE OR REPLACE FUNCTION zoo_inbox.close_case(id_settled bigint, amount text, owner_named text, who text, reason text) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	p zoo_inbox.payment;
	refused text;
BEGIN
	SELECT * INTO p FROM zoo_inbox.payment q WHERE q.id = id_settled FOR UPDATE;
	refused := zoo_inbox.moved(p, amount, owner_named, who, reason);
	IF refused IS NOT NULL THEN RETURN format('Nothing was changed: %s.', refused); END IF;
	UPDATE zoo_inbox.payment q SET status = 'done', why = format('Settled by %s: %s', who, reason),
		history = zoo_inbox.noted(q.history, 'closed by a person', jsonb_build_object('who', who, 'why', reason, 'balance', p.balance_opened, 'had', p.why))
	WHERE q.id = p.id;
	PERFORM zoo_inbox.audited(who, 'close_case', reason, p.id, jsonb_build_object('status', p.status, 'why', p.why), '{"status": "done"}', p.balance_opened);
	RETURN format('Row %s is closed: %s for %s (%s) is not added by the inbox any more.', p.id, coalesce(zoo_inbox.shown(p.amount_cents, p.currency), 'it'), coalesce(nullif(zoo_inbox.owner_of(p), ''), 'nobody'), p.payment);
END $body$;

-- A person has seen that it was not added: it becomes due, with a preview of its own, whatever its amount. For a payment that
-- named nobody: owner_named is an organization's ID, or 'user' and a user's ID or address. Answers what happened, or why nothing did.
DROP FUNCTION IF EXISTS zoo_inbox.make_due(bigint, text, text, text, uuid);
CREATE OR REPLACE FUNCTION zoo_inbox.make_due(id_settled bigint, amount text, owner_named text, who text, reason text) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	p zoo_inbox.payment;
	s zoo_inbox.setting;
	named record;
	refused text;
	given text := lower(btrim(coalesce(owner_named, '')));
BEGIN
	SELECT * INTO STRICT s FROM zoo_inbox.setting;
	SELECT * INTO p FROM zoo_inbox.payment q WHERE q.id = id_settled FOR UPDATE;
	SELECT * INTO named FROM zoo_inbox.owner_told(s, CASE WHEN given LIKE 'user %' THEN jsonb_build_object('user', substr(given, 6)) ELSE jsonb_build_object('organization', given) END, NULL, NULL);
	refused := coalesce(zoo_inbox.moved(p, amount, owner_named, who, reason), CASE
		WHEN p.kind <> 'payment' THEN format('row %s is no payment but a %s; close it', p.id, p.kind)
		WHEN p.currency IS DISTINCT FROM 'usd' THEN format('row %s was paid in %s, and the balance is in USD; add it by hand and close the case', p.id, upper(coalesce(p.currency, 'an unknown currency')))
		WHEN coalesce(p.amount_cents, 0) <= 0 THEN format('row %s has no amount to add', p.id)
		WHEN p.live <> s.live THEN format('row %s is of the %s mode, which is not the one that is set', p.id, CASE WHEN p.live THEN 'live' ELSE 'test' END)
		WHEN zoo_inbox.owner_of(p) = '' AND named.flaw IS NOT NULL THEN format('name whom it is for: an organization''s ID, or ''user'' and a user''s ID or address (%s)', rtrim(named.flaw, '.'))
	END);
	IF refused IS NOT NULL THEN RETURN format('Nothing was changed: %s.', refused); END IF;
	UPDATE zoo_inbox.payment q SET status = 'due', preview = NULL, attempts = 0, not_before = clock_timestamp(), approved = true, flaw = NULL, code = NULL,
		organization = CASE WHEN zoo_inbox.owner_of(p) = '' THEN named.organization ELSE q.organization END,
		user_id = CASE WHEN zoo_inbox.owner_of(p) = '' THEN named.user_id ELSE q.user_id END,
		user_email = CASE WHEN zoo_inbox.owner_of(p) = '' THEN named.user_email ELSE q.user_email END,
		why = format('Made due by %s: %s', who, reason),
		history = zoo_inbox.noted(q.history, 'made due by a person', jsonb_build_object('who', who, 'why', reason, 'balance', p.balance_opened, 'had', p.why))
	WHERE q.id = p.id RETURNING q.* INTO p;
	PERFORM zoo_inbox.audited(who, 'make_due', reason, p.id, '{"status": "person"}', jsonb_build_object('status', 'due', 'owner', zoo_inbox.owner_of(p)), p.balance_opened);
	RETURN format('Row %s is due: %s will be added for %s (%s). %s', p.id, zoo_inbox.shown(p.amount_cents, p.currency), zoo_inbox.owner_of(p), p.payment, CASE WHEN s.braked_at IS NOT NULL THEN zoo_inbox.brake_of(s) ELSE '' END);
END $body$;

-- After the database was restored from a backup: what was open then, and what is found later of the time before, goes to a person,
-- and nothing is added until somebody resumes.
DROP FUNCTION IF EXISTS zoo_inbox.restored(text);
CREATE OR REPLACE FUNCTION zoo_inbox.restored(who text, reason text DEFAULT 'restored from a backup') RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
	count bigint;
BEGIN
	IF zoo_inbox.said_by(who, reason) IS NOT NULL THEN RETURN format('Nothing was changed: %s.', zoo_inbox.said_by(who, reason)); END IF;
	UPDATE zoo_inbox.setting SET restored_at = clock_timestamp(), braked_at = clock_timestamp(), braked_by = who, braked_because = reason;
	UPDATE zoo_inbox.payment SET status = 'person', lease_until = NULL, preview = NULL, code = 'restored',
		why = 'Open when the database was restored from a backup: it may have been added, look at the balance.',
		history = zoo_inbox.noted(history, 'restored', jsonb_build_object('who', who, 'status', status, 'preview', preview))
	WHERE status IN ('due', 'working');
	GET DIAGNOSTICS count = ROW_COUNT;
	PERFORM zoo_inbox.audited(who, 'restored', reason, NULL, NULL, jsonb_build_object('cases', count));
	RETURN format('%s payments that were open wait for a person now, and the inbox is paused. Execute Reconcile, settle the cases by the balances at Zoo, then resume.', count);
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
			format('Nobody applies payments: the workflow last asked for work at %s. Is it published?', coalesce(zoo_inbox.shown(s.swept_at), 'no time at all')) END,
		CASE WHEN s.braked_at IS NOT NULL THEN zoo_inbox.brake_of(s) END,
		CASE WHEN s.paused_because IS NOT NULL THEN format('Paused: %s', s.paused_because) END,
		CASE WHEN oldest < clock_timestamp() - late THEN format('The oldest payment that is not added yet came at %s.', zoo_inbox.shown(oldest)) END,
		(SELECT string_agg(format('Not read to the end at %s: %s', zoo_inbox.shown(l.failed_at), l.why), E'\n' ORDER BY l.name) FROM zoo_inbox.list l WHERE l.failed_at IS NOT NULL),
		CASE WHEN cases > 0 THEN format('Waiting for a person: %s.', cases) END);
	IF lines = '' THEN
		UPDATE zoo_inbox.setting SET told = NULL, told_at = NULL WHERE told IS NOT NULL;
		RETURN;
	END IF;
	IF lines = s.told AND s.told_at > clock_timestamp() - interval '1 day' THEN RETURN; END IF;
	UPDATE zoo_inbox.setting SET told = lines, told_at = clock_timestamp();
	RETURN QUERY SELECT concat_ws(E'\n', lines,
		'Last added: ' || coalesce((SELECT zoo_inbox.shown(max(added_at)) FROM zoo_inbox.payment), 'never') || '.',
		(SELECT string_agg(format('Row %s, %s of %s: %s', id, payment, coalesce(nullif(zoo_inbox.owner_of(first), ''), 'nobody'), why), E'\n') FROM
			(SELECT * FROM zoo_inbox.payment WHERE status = 'person' ORDER BY id LIMIT 20) first));
END $body$;

-- Older versions' views have other columns.
DROP VIEW IF EXISTS zoo_inbox.waiting;
DROP VIEW IF EXISTS zoo_inbox.for_a_person;
DROP VIEW IF EXISTS zoo_inbox.added;
CREATE VIEW zoo_inbox.waiting AS
	SELECT id, payment, zoo_inbox.owner_of(p) AS owner, zoo_inbox.amount_of(amount_cents, currency) AS usd, payer, zoo_inbox.shown(received_at) AS received, status, attempts,
		zoo_inbox.shown(coalesce(lease_until, not_before)) AS looked_at_next, CASE WHEN live THEN 'live' ELSE 'test' END AS mode, why
	FROM zoo_inbox.payment p WHERE status IN ('due', 'working') ORDER BY id;
CREATE VIEW zoo_inbox.for_a_person AS
	SELECT id, kind, payment, zoo_inbox.owner_of(p) AS owner, zoo_inbox.amount_of(amount_cents, currency) AS amount, zoo_inbox.shown(amount_cents, currency) AS shown, payer,
		zoo_inbox.shown(paid_at) AS paid, why, balance_opened AS balance_when_opened, preview IS NOT NULL AS holds_back_its_owner, CASE WHEN live THEN 'live' ELSE 'test' END AS mode
	FROM zoo_inbox.payment p WHERE status = 'person' ORDER BY id;
CREATE VIEW zoo_inbox.added AS
	SELECT added_at, zoo_inbox.shown(added_at) AS added, id, payment, zoo_inbox.owner_of(p) AS owner, zoo_inbox.amount_of(amount_cents, currency) AS usd, payer, zoo_inbox.shown(received_at) AS received,
		call_id, balance_before, balance_after
	FROM zoo_inbox.payment p WHERE added_at IS NOT NULL ORDER BY added_at;

-- Takes version 1's table over. It first shows what it will do, and does it when a person has entered what it asks for; nothing is
-- deleted, and nothing that may have been sent changes hands.
CREATE OR REPLACE FUNCTION zoo_inbox.upgrade() RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
	old jsonb;
	who text;
	agreed text;
	plan text;
	token text;
	twice record;
BEGIN
	SELECT to_jsonb(s) INTO old FROM zoo_inbox.setting s WHERE s.version = 1 FOR UPDATE;
	IF NOT FOUND THEN RETURN; END IF;
	SELECT btrim(coalesce(settings ->> 'who', '')), btrim(coalesce(settings ->> 'confirm', '')) INTO who, agreed FROM zoo_inbox.wanted;
	CREATE TEMPORARY TABLE twice ON COMMIT DROP AS
		SELECT p.id, p.status, p.account, p.payment, p.preview IS NOT NULL AS has_preview, p.added_at IS NOT NULL AS is_added, first_value(p.id) OVER same AS stands,
			row_number() OVER same AS nth
		FROM zoo_inbox.payment p JOIN (SELECT live, payment FROM zoo_inbox.payment GROUP BY live, payment HAVING count(*) > 1) d ON (d.live, d.payment) = (p.live, p.payment)
		-- The oldest that was or may have been sent, or that a person has settled; else the oldest.
		WINDOW same AS (PARTITION BY p.live, p.payment ORDER BY (p.status IN ('done', 'working') OR p.preview IS NOT NULL OR p.history @> '[{"what": "restored"}]') DESC, p.id);
	plan := concat_ws(E'\n',
		format('This inbox is of version 1. The upgrade to version 2 keeps its settings (mode %s, credited_from %s, balance_model %s, credit_multiplier %s, max_amount %s, net %s, marker %s) and every payment as it is; it adds an hourly limit (100 payments, 10000 USD or max_amount if that is more).',
			CASE WHEN (old ->> 'live')::boolean THEN 'live' ELSE 'test' END, zoo_inbox.shown((old ->> 'credited_from')::timestamptz), old ->> 'balance_model', old ->> 'credit_multiplier', old ->> 'max_amount', old ->> 'net', coalesce(nullif(old ->> 'marker', ''), 'none')),
		(SELECT string_agg(format('Payment %s stands in it twice: row %s stands; row %s (label %s, %s) %s.', t.payment, t.stands, t.id, quote_literal(t.account), t.status,
			CASE WHEN t.status = 'ignored' THEN 'stays ignored' ELSE 'becomes a case' END), E'\n' ORDER BY t.id) FROM twice t WHERE t.nth > 1));
	token := 'upgrade ' || left(md5(plan), 6);
	IF agreed IS DISTINCT FROM token OR coalesce(who, '') = '' THEN
		RAISE EXCEPTION E'%\nNothing was changed yet. To have it so, enter your name under who and "%" under confirm in Settings, and execute again.', plan, token;
	END IF;

	ALTER TABLE zoo_inbox.payment DROP CONSTRAINT IF EXISTS payment_account_live_payment_key;
	FOR twice IN SELECT * FROM twice t WHERE t.nth > 1 ORDER BY t.id LOOP
		UPDATE zoo_inbox.payment p SET payment = format('%s under %s', p.payment, quote_literal(p.account)), kind = 'difference', code = 'difference', lease_until = NULL,
			-- What was added is settled, and holds nobody back.
			preview = CASE WHEN NOT twice.is_added THEN p.preview END,
			status = CASE WHEN p.status = 'ignored' THEN 'ignored' ELSE 'person' END,
			why = CASE WHEN p.status = 'ignored' THEN p.why ELSE format('Payment %s was in the table twice, under two labels; row %s stands. %s', p.payment, twice.stands,
				CASE WHEN twice.is_added THEN 'This one was added as well: decide whether to take it from the balance.'
					WHEN twice.has_preview THEN 'This one may have been added as well: look at the balance.'
					ELSE 'This one was not added.' END) END,
			history = zoo_inbox.noted(p.history, 'upgraded', jsonb_build_object('status', p.status, 'why', p.why, 'preview', p.preview, 'stands', twice.stands))
		WHERE p.id = twice.id;
	END LOOP;
	UPDATE zoo_inbox.payment p SET flaw = CASE WHEN p.status = 'ignored' AND p.why <> 'Paid before the inbox credits payments.' THEN p.why WHEN p.status = 'person' AND p.preview IS NULL THEN p.why END,
		code = CASE WHEN p.status = 'person' AND p.history @> '[{"what": "restored"}]' THEN 'restored' WHEN p.why LIKE 'Begun before%' THEN 'begun'
			WHEN p.why LIKE 'A subscription%' THEN 'subscription' END,
		intent = CASE WHEN p.payment LIKE 'pi\_%' THEN p.payment END
	WHERE p.code IS NULL AND p.kind = 'payment';
	ALTER TABLE zoo_inbox.payment ADD CONSTRAINT payment_live_payment_key UNIQUE (live, payment);
	ALTER TABLE zoo_inbox.payment ALTER COLUMN account DROP NOT NULL;
	ALTER TABLE zoo_inbox.payment DROP CONSTRAINT IF EXISTS payment_check;
	DROP INDEX IF EXISTS zoo_inbox.payment_open, zoo_inbox.payment_due, zoo_inbox.payment_may_land, zoo_inbox.payment_seen;
	INSERT INTO zoo_inbox.cutoff (live, credited_from)
		SELECT DISTINCT live, date_trunc('second', (old ->> 'credited_from')::timestamptz) FROM (SELECT live FROM zoo_inbox.payment UNION SELECT (old ->> 'live')::boolean) modes;
	UPDATE zoo_inbox.setting SET version = 2, hourly_dollars = greatest(10000, max_amount);
	ALTER TABLE zoo_inbox.setting DROP COLUMN credited_from, DROP COLUMN account;
	DROP FUNCTION IF EXISTS zoo_inbox.put_in(zoo_inbox.payment);
	DROP FUNCTION IF EXISTS zoo_inbox.take_renewal(jsonb, text);
	PERFORM zoo_inbox.audited(who, 'upgrade', 'from version 1 to version 2', NULL, old, to_jsonb(plan));
END $body$;
SELECT zoo_inbox.upgrade();
