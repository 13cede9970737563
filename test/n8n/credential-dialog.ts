/** n8n's dialog for a new credential: filled in, saved, and tested as n8n does on saving. */
import type { Page } from 'playwright-core';
import { z } from 'zod';

const testResult = z.object({ data: z.object({ status: z.string(), message: z.string() }) });

export class CredentialDialog {
	private constructor(readonly page: Page) {}

	static async open(page: Page, type: string): Promise<CredentialDialog> {
		await page.goto('/home/credentials');
		await page.getByTestId('add-resource-credential').click();
		await page.getByTestId('new-credential-type-select').locator('input').fill(type);
		await page.getByTestId('new-credential-type-select-option').filter({ hasText: type }).first().click();
		await page.getByTestId('new-credential-type-button').click();
		await page.getByTestId('credential-save-button').waitFor();
		return new CredentialDialog(page);
	}

	async fill(field: string, value: string): Promise<void> {
		await this.page.getByTestId(`parameter-input-${field}`).locator('input').fill(value);
	}

	/** Resolves when the dialog shows how the test went; the message is n8n's, with the service's or credential's own words. */
	async saveAndTest(): Promise<{ readonly good: boolean; readonly message: string }> {
		const tested = this.page.waitForResponse((response) => response.url().endsWith('/rest/credentials/test'));
		await this.page.getByTestId('credential-save-button').click();
		const { status, message } = testResult.parse(await (await tested).json()).data;
		const good = status === 'OK';
		const shown = good ? 'Connection tested successfully' : 'Couldn’t connect with these settings';
		await this.page.getByText(shown).filter({ visible: true }).waitFor();
		return { good, message };
	}
}
