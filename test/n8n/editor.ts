/** n8n's editor as somebody building a workflow uses it: the canvas, the panel of nodes, a node's details. */
import type { Locator, Page, Request } from 'playwright-core';
import { z } from 'zod';

const withNodes = z.object({ nodes: z.array(z.unknown()) });

export class Editor {
	constructor(readonly page: Page) {}

	async newWorkflow(): Promise<void> {
		await this.page.goto('/workflow/new');
		await this.page.getByTestId('canvas-add-button').waitFor();
	}

	/** The same from a workflow that is saved, by n8n's own button, which does not load the editor anew. */
	async nextWorkflow(): Promise<void> {
		await this.page.getByTestId('universal-add').click();
		await this.page.getByTestId('navigation-menu-item').filter({ hasText: 'New workflow' }).click();
		await this.page.getByTestId('canvas-add-button').waitFor();
	}

	async openWorkflow(id: string): Promise<void> {
		await this.page.goto(`/workflow/${id}`);
		await this.page.getByTestId('canvas-node').first().waitFor();
	}

	async addManualTrigger(): Promise<void> {
		await this.page.getByTestId('canvas-add-button').click();
		await this.foundItem('Trigger manually').click();
		await this.page.getByTestId('canvas-trigger-node').waitFor();
	}

	/** Opens the panel and searches it; the entry found can be read or clicked. */
	async searchNodes(text: string, found: string): Promise<Locator> {
		await this.searchFor(text);
		const entry = this.foundItem(found);
		await entry.waitFor();
		return entry;
	}

	/** Searches for what does not lead to this entry; resolves when it is no longer there. */
	async searchInVain(text: string, notFound: string): Promise<void> {
		await this.searchFor(text);
		await this.foundItem(notFound).waitFor({ state: 'hidden' });
	}

	/** Adds the node with one of its actions, which opens its details. */
	async addNode(search: string, node: string, action: string): Promise<NodeDetails> {
		await (await this.searchNodes(search, node)).click();
		await this.foundItem(action).click();
		return await this.details();
	}

	async openNode(name: string): Promise<NodeDetails> {
		await this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`).dblclick();
		return await this.details();
	}

	/** Puts a node in the middle of the only connection. */
	async insertNode(search: string, node: string): Promise<NodeDetails> {
		const [from, to] = [
			await this.page.getByTestId('canvas-trigger-node').boundingBox(),
			await this.page.getByTestId('canvas-node').last().boundingBox(),
		];
		if (!from || !to) throw new Error('There are no two nodes on the canvas');
		await this.page.mouse.move((from.x + from.width + to.x) / 2, from.y + from.height / 2, { steps: 5 });
		await this.page.getByTestId('add-connection-button').click();
		await (await this.searchNodes(search, node)).click();
		return await this.details();
	}

	/** Pastes a workflow onto the canvas, as somebody does who has copied it from a page. */
	async paste(workflow: object): Promise<void> {
		await this.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
		const text = JSON.stringify(workflow);
		await this.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
		await this.page.getByTestId('canvas').click({ position: { x: 60, y: 200 } });
		await this.page.keyboard.press('Control+V');
		await this.page.getByTestId('canvas-node').first().waitFor();
	}

	/** Gives a file to the input behind *Import from File*, as the file dialog does. */
	async importFile(path: string): Promise<void> {
		await this.page.getByTestId('workflow-import-input').setInputFiles(path);
		await this.page.getByTestId('canvas-node').first().waitFor();
	}

	/** Resolves when n8n has saved by itself what has this many nodes. */
	async saved(nodes: number): Promise<void> {
		await this.page.waitForResponse((response) => {
			const request = response.request();
			const isSave = response.ok() && ['POST', 'PATCH'].includes(request.method());
			return isSave && /\/rest\/workflows(\/\w+)?(\?|$)/.test(response.url()) && countNodes(request) === nodes;
		});
	}

	/** Its ID, once n8n has saved it by itself. */
	async workflowId(): Promise<string> {
		await this.page.waitForURL(/\/workflow\/(?!new)[^/?]+/);
		return /\/workflow\/([^/?]+)/.exec(this.page.url())?.[1] ?? '';
	}

	/** Runs the whole workflow; resolves when that went well. */
	async execute(): Promise<void> {
		await this.page.getByTestId('execute-workflow-button').click();
		await this.page.getByText('Workflow executed successfully').first().waitFor();
	}

	/** Says it to a workflow that starts with a chat. */
	async say(text: string): Promise<void> {
		await this.page.getByTestId('workflow-chat-button').click();
		const input = this.page.getByTestId('canvas-chat').locator('textarea');
		await input.fill(text);
		await input.press('Enter');
	}

	/** Everything on the canvas comes into view. */
	async zoomToFit(): Promise<void> {
		await this.page.getByTestId('zoom-to-fit').click();
	}

	private async searchFor(text: string): Promise<void> {
		const searchBar = this.page.getByTestId('node-creator-search-bar');
		if (!(await searchBar.isVisible())) await this.page.getByTestId('node-creator-plus-button').click();
		await searchBar.fill(text);
	}

	private async details(): Promise<NodeDetails> {
		await this.page.getByTestId('node-parameters').waitFor();
		return new NodeDetails(this.page);
	}

	private foundItem(text: string): Locator {
		return this.page.getByTestId('item-iterator-item').filter({ hasText: text }).first();
	}
}

/** The window with a node's input, parameters and output. */
export class NodeDetails {
	constructor(readonly page: Page) {}

	/** A text field, by the name of its parameter; resolves when the workflow has the text, too. */
	async fill(parameter: string, value: string): Promise<void> {
		// A field with modes has the list of them in front.
		const input = this.page.getByTestId(`parameter-input-${parameter}`).locator('input').last();
		await input.fill(value);
		// A field in use shows a tip that covers what stands below it.
		await input.blur();
		await this.page.waitForFunction(holds, { parameter, value });
	}

	/** One of the modes of a field that has some, by the name of its parameter. */
	async chooseMode(parameter: string, mode: string): Promise<void> {
		const field = this.page.getByTestId(`parameter-input-${parameter}`);
		await field.getByTestId('rlc-mode-selector').click();
		await this.page.getByRole('option', { name: mode }).filter({ visible: true }).click();
	}

	/** Any of the credentials that fit, by its name. */
	async chooseCredential(name: string): Promise<void> {
		await this.page.getByTestId('node-credentials-select').locator('input').click();
		await this.page
			.getByTestId(/^node-credentials-select-item-/)
			.filter({ hasText: name })
			.click();
	}

	/** A list to choose from, by the name of its parameter and the label of the choice. */
	async choose(parameter: string, choice: string): Promise<void> {
		await this.page.getByTestId(`parameter-input-${parameter}`).locator('input').click();
		await this.page.getByRole('option', { name: choice }).click();
	}

	/** Adds an entry to a collection, by the text on the collection's button and the label of the entry. */
	async add(button: string, entry: string): Promise<void> {
		await this.page.getByPlaceholder(button, { exact: true }).click();
		const label = this.page.getByText(entry, { exact: true });
		await this.page.getByTestId('collection-parameter-option').filter({ has: label, visible: true }).click();
	}

	/** Copies an expression into an empty field, as a text: its keys, not its value. */
	async copyExpression(from: string, to: string): Promise<void> {
		const field = (parameter: string) => this.page.getByTestId(`parameter-input-${parameter}`);
		await field(from).locator('.cm-content').click();
		await this.page.keyboard.press('Control+A');
		await this.page.keyboard.press('Control+C');
		// Whoever types this into a field gets one for expressions.
		await field(to).locator('input').last().fill('=');
		await field(to).locator('.cm-content').click();
		await this.page.keyboard.press('Control+V');
		const value = `=${String(await this.page.evaluate('navigator.clipboard.readText()'))}`;
		await this.page.waitForFunction(holds, { parameter: to, value });
	}

	/** Lets the model of an agent fill a field of its tool. */
	async letModelFill(parameter: string): Promise<void> {
		const field = this.page.getByTestId(`parameter-input-${parameter}`);
		await this.page
			.getByTestId('parameter-item')
			.filter({ has: field })
			.last()
			.getByTestId('from-ai-override-button')
			.click();
	}

	/** Removes an entry from a collection, by the name of its parameter. */
	async remove(parameter: string): Promise<void> {
		const field = this.page.getByTestId(`parameter-input-${parameter}`);
		const entry = this.page.getByTestId('parameter-item').filter({ has: field }).last();
		await entry.hover();
		await entry.locator('.icon-button').first().click();
		await field.waitFor({ state: 'hidden' });
	}

	/** Drags a field of the input into a parameter, by the names of both. */
	async drag(field: string, parameter: string): Promise<void> {
		const input = this.page.getByTestId('ndv-input-panel');
		const pill = input.locator(`[data-name="${field}"]`).first();
		const runPrevious = input.getByText('Execute previous nodes');
		await pill.or(runPrevious).first().waitFor();
		if (!(await pill.isVisible())) await runPrevious.click();
		await pill.waitFor();
		const target = this.page.getByTestId(`parameter-input-${parameter}`);
		await target.scrollIntoViewIfNeeded();
		const [from, to] = [await pill.boundingBox(), await target.boundingBox()];
		if (!from || !to) throw new Error(`There is nothing to drag ${field} from or to`);
		await this.page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
		await this.page.mouse.down();
		await this.page.mouse.move(from.x + from.width / 2 + 20, from.y + 30, { steps: 5 });
		await this.page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 15 });
		await this.page.mouse.up();
		await this.page.waitForFunction(holds, { parameter, value: `={{ $json.${field} }}` });
	}

	/** Adds a field to a node Edit Fields. */
	async addField(name: string, value: string): Promise<void> {
		const rows = this.page.getByTestId('assignment');
		const count = await rows.count();
		await this.page
			.getByText(count === 0 ? 'Add Field' : 'Drag input fields here')
			.first()
			.click();
		const row = rows.nth(count);
		await row.getByTestId('assignment-name').locator('input').fill(name);
		await row.getByTestId('assignment-value').locator('input, textarea').first().fill(value);
		await this.page.waitForFunction(holds, { parameter: 'value', value });
	}

	/** Runs the workflow up to this node; resolves when the output shows how that went. */
	async execute(): Promise<'success' | 'danger'> {
		const answered = this.page.waitForResponse((response) => response.url().endsWith('/run'));
		await this.page.getByTestId('node-execute-button').click();
		await answered;
		await this.page.getByText('Executing node...').waitFor({ state: 'hidden' });
		const success = this.output.getByTestId('node-run-status-success');
		const danger = this.output.getByTestId('node-run-status-danger');
		await success.or(danger).waitFor();
		return (await success.isVisible()) ? 'success' : 'danger';
	}

	get output(): Locator {
		return this.page.getByTestId('output-panel');
	}

	/** Resolves when the output shows the text. */
	async outputShows(text: string | RegExp): Promise<void> {
		await this.output.getByText(text).filter({ visible: true }).first().waitFor();
	}

	async showOutputAs(view: 'Schema' | 'Table' | 'JSON'): Promise<void> {
		await this.output.getByTestId(`radio-button-${view.toLowerCase()}`).click();
	}

	async close(): Promise<void> {
		await this.page.getByTestId('ndv-close-button').click();
		await this.page.getByTestId('ndv').waitFor({ state: 'hidden' });
	}
}

function countNodes(request: Request): number | undefined {
	return withNodes.safeParse(request.postDataJSON()).data?.nodes.length;
}

interface EditorWindow {
	readonly document: { querySelector(selector: string): { readonly __vue_app__: VueApp } };
}
interface VueApp {
	readonly config: { readonly globalProperties: { readonly $pinia: { readonly _s: Map<string, object> } } };
}

/**
 * Runs in the page: whether the open workflow has the value. The editor takes what was typed over some tenths of a
 * second later, and whoever executes before runs the workflow without it, though the field shows it.
 */
function holds({ parameter, value }: { parameter: string; value: string }): boolean {
	const { document } = globalThis as unknown as EditorWindow;
	const stores = [...document.querySelector('#app').__vue_app__.config.globalProperties.$pinia._s];
	const workflows = stores.flatMap(([id, store]) =>
		id.startsWith('workflowDocuments/') && 'serialize' in store && typeof store.serialize === 'function'
			? [store.serialize() as object]
			: [],
	);
	const text = JSON.stringify(workflows);
	const [name, typed] = [JSON.stringify(parameter), JSON.stringify(value)];
	return text.includes(`${name}:${typed}`) || text.includes(`${name}:{"__rl":true,"value":${typed},`);
}
