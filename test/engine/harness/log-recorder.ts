/** Keeps what n8n logs while a workflow runs, on both of its ways of logging, whatever the log level. */
import { LoggerProxy, type Logger } from 'n8n-workflow';

const LEVELS = ['error', 'warn', 'info', 'debug'] as const;

export interface LogLine {
	readonly level: (typeof LEVELS)[number];
	readonly message: string;
	readonly metadata?: unknown;
}

export class LogRecorder {
	readonly lines: LogLine[] = [];
	private restorers: Array<() => void> = [];

	/** The engine's own way. */
	startWithEngine(): void {
		LoggerProxy.init({
			error: this.keeper('error'),
			warn: this.keeper('warn'),
			info: this.keeper('info'),
			debug: this.keeper('debug'),
		});
	}

	/** The logger that nodes are given: one object for all of them. */
	listenTo(logger: Logger): void {
		for (const level of LEVELS) {
			const original = logger[level];
			logger[level] = this.keeper(level);
			this.restorers.push(() => {
				logger[level] = original;
			});
		}
	}

	stop(): void {
		for (const restore of this.restorers) restore();
		this.restorers = [];
		const ignore = (): void => undefined;
		LoggerProxy.init({ error: ignore, warn: ignore, info: ignore, debug: ignore });
	}

	private keeper(level: LogLine['level']): Logger['error'] {
		return (message, metadata) => void this.lines.push({ level, message, metadata });
	}
}
