/** The e-mail addresses of the users the stand-in knows; upper and lower case are one address. */

export class People {
	private readonly ids = new Map<string, string>();
	private readonly emails = new Map<string, string>();

	name(id: string, email: string): void {
		this.ids.set(email.toLowerCase(), id.toLowerCase());
		this.emails.set(id.toLowerCase(), email);
	}

	idOf(email: string): string | undefined {
		return this.ids.get(email.toLowerCase());
	}

	emailOf(id: string): string | undefined {
		return this.emails.get(id.toLowerCase());
	}
}
