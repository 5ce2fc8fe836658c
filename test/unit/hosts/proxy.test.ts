/** Owns the proof that the environment's proxy settings are read as every other tool reads them. */
import { expect } from 'chai';
import { proxyFor } from '../../../lib/runtime/proxy';

const PROXY = 'http://proxy.example:3128';

describe('proxy of the environment', () => {
	for (const [url, environment, expected] of [
		['https://api.openai.com/v1', {}, null],
		['https://api.openai.com/v1', { HTTPS_PROXY: PROXY }, PROXY],
		['https://api.openai.com/v1', { https_proxy: PROXY, HTTPS_PROXY: 'http://other' }, PROXY],
		['https://api.openai.com/v1', { HTTP_PROXY: PROXY }, null],
		['http://llm.example/v1', { HTTP_PROXY: PROXY }, PROXY],
		['http://llm.example/v1', { ALL_PROXY: PROXY }, PROXY],
		['https://api.openai.com/v1', { HTTPS_PROXY: 'proxy.example:3128' }, PROXY],
		['https://api.openai.com/v1', { HTTPS_PROXY: ' ' }, null],
		['https://api.openai.com/v1', { HTTPS_PROXY: PROXY, NO_PROXY: 'openai.com' }, null],
		['https://api.openai.com/v1', { HTTPS_PROXY: PROXY, NO_PROXY: '.openai.com, x' }, null],
		['https://api.openai.com/v1', { HTTPS_PROXY: PROXY, NO_PROXY: '*.openai.com' }, null],
		['https://api.openai.com/v1', { HTTPS_PROXY: PROXY, NO_PROXY: '*' }, null],
		['https://api.openai.com/v1', { HTTPS_PROXY: PROXY, NO_PROXY: 'notopenai.com,api.openai.com:8443' }, PROXY],
		['https://api.openai.com/v1', { HTTPS_PROXY: PROXY, NO_PROXY: 'api.openai.com:443' }, null],
		['http://127.0.0.1:11434/v1', { HTTP_PROXY: PROXY }, null],
		['http://localhost:11434/v1', { HTTP_PROXY: PROXY }, null],
		['http://[::1]:11434/v1', { HTTP_PROXY: PROXY }, null],
		['nonsense', { HTTP_PROXY: PROXY }, null],
	] as const) {
		it(`${url} with ${JSON.stringify(environment)}: ${expected ?? 'direct'}`, () => {
			expect(proxyFor(url, environment)).to.equal(expected);
		});
	}
});
