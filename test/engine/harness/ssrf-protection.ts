/** Import this before n8n-core, and n8n itself blocks requests to private addresses, as its administrator can set. */
process.env['N8N_SSRF_PROTECTION_ENABLED'] = 'true';
