// For n8n's own lint, which is for what ships; what is in this folder has our rules, eslint.strict.config.mjs.
export default [{ ignores: ['**'] }];
