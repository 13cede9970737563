/** Has n8n's engine protect internal addresses, this machine's included: import this before anything of n8n. */
process.env['N8N_SSRF_PROTECTION_ENABLED'] = 'true';

export {};
