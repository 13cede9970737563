// For all tests: n8n's `sleep` goes by the clock of the run, or really takes its time where there is none.

jest.mock('n8n-workflow', () => ({
	...jest.requireActual<object>('n8n-workflow'),
	sleep: jest.requireActual<typeof import('./fake-clock')>('./fake-clock').sleep,
}));
