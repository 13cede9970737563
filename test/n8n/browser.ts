/** Debian's Chromium without a window, logged in to an n8n, in the light or the dark theme. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';

import { chromium, selectors, type Browser, type Page } from 'playwright-core';

import type { CleanUp } from './clean-up';
import { OWNER } from './rest';

export type Theme = 'light' | 'dark';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** No sandbox, because tests often run as root in a container; no talk with anybody but n8n. */
const FLAGS = [
	'--headless',
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

const WINDOW = { width: 1280, height: 800 };
/** n8n's editor takes a few seconds to load on a small machine, and far more on one that is busy. */
const PATIENCE_MS = 60_000;

export async function startBrowser(cleanUp: CleanUp): Promise<Browser> {
	selectors.setTestIdAttribute('data-test-id');
	// By default it ends the whole process on a signal, before anything else is cleaned up.
	const signals = { handleSIGHUP: false, handleSIGINT: false, handleSIGTERM: false };
	const browser = await chromium.launch({ executablePath: await findChromium(), args: FLAGS, ...signals });
	await cleanUp.later(async () => await browser.close());
	return browser;
}

/** A page of its own session. Everything that waits on it gives up, and says for what, after a minute. */
export async function logIn(browser: Browser, url: string, theme: Theme): Promise<Page> {
	const context = await browser.newContext({ viewport: WINDOW, baseURL: url, colorScheme: theme, locale: 'en-US' });
	context.setDefaultTimeout(PATIENCE_MS);
	await context.addInitScript(`localStorage.setItem('N8N_THEME', '"${theme}"')`);
	const page = await context.newPage();
	await page.goto('/signin');
	await page.locator('input[name=emailOrLdapLoginId]').fill(OWNER.email);
	await page.locator('input[name=password]').fill(OWNER.password);
	await page.getByTestId('form-submit-button').click();
	await page.waitForURL('**/home/**');
	return page;
}

async function findChromium(): Promise<string> {
	const elsewhere = (process.env['PATH'] ?? '').split(':').map((folder) => join(folder, 'chromium'));
	for (const path of [...CANDIDATES, ...elsewhere]) {
		const found = await access(path).then(
			() => true,
			() => false,
		);
		if (found) return path;
	}
	throw new Error('The browser tests need Chromium. On Debian and Ubuntu: apt-get install chromium');
}
