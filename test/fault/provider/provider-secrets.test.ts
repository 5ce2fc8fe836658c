/** Proves that a key or a password is found in every form in which it is echoed, that other text stays, and that the work grows with the text. */
import { expect } from 'chai';
import fc from 'fast-check';
import { createOpenAiCompatible } from '../../../lib/providers/openai/openai-compatible';
import type { ChatOutcome } from '../../../lib/providers/provider';
import { quoteServer, redact, withoutSecrets } from '../../../lib/providers/transport/redact';
import { later, monotonicMs } from '../../../lib/runtime/system';
import { startFakeOpenAi, type Behaviour } from '../../support/provider/fake-openai';

const KEY = 'sk-Zq8~vT/4+mW_x2Lr9Ab-PdYc';
const SECRETS = [KEY, 'pa55 wörd:xy'];

const utf16 = (text: string, escape: (code: number) => string): string =>
	Array.from(text, (letter) => escape(letter.charCodeAt(0))).join('');
const hex = (code: number, width: number): string => code.toString(16).padStart(width, '0');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const FORMS: Readonly<Record<string, (key: string) => string>> = {
	'as it is': (key) => key,
	'in capitals': (key) => key.toUpperCase(),
	'URL-encoded': (key) => encodeURIComponent(key),
	'URL-encoded in small letters': (key) => encodeURIComponent(key).replace(/%../g, (part) => part.toLowerCase()),
	'URL-encoded letter by letter': (key) =>
		utf16(key, (code) => (code < 128 ? `%${hex(code, 2)}` : encodeURIComponent(String.fromCharCode(code)))),
	'URL-encoded twice': (key) => encodeURIComponent(encodeURIComponent(key)),
	'escaped as JSON': (key) => JSON.stringify(key).slice(1, -1).replaceAll('/', '\\/'),
	'escaped as JSON, letter by letter': (key) => utf16(key, (code) => `\\u${hex(code, 4)}`),
	'escaped as JSON in capitals': (key) => utf16(key, (code) => `\\u${hex(code, 4).toUpperCase()}`),
	'escaped as HTML': (key) => utf16(key, (code) => `&#x${hex(code, 2)};`),
	'in hex': (key) => Buffer.from(key).toString('hex'),
	'in base64': base64,
	'in base64 without padding': (key) => base64(key).replace(/=+$/, ''),
	'in the other base64': (key) => Buffer.from(key).toString('base64url'),
	'in base64 behind a name': (key) => base64(`user:${key}`),
	'in base64 behind a longer name': (key) => base64(`Bearer ${key}!`),
	'in base64, URL-encoded': (key) => encodeURIComponent(base64(key)),
	'without its first letter': (key) => key.slice(1),
	'without its last letters': (key) => key.slice(0, -3),
	'cut at both ends': (key) => key.slice(2, -2),
	'cut and in base64': (key) => base64(key.slice(1, -1)),
	'in base64 that is cut': (key) => base64(key).slice(2, -3),
};

describe('secrets', () => {
	for (const [name, form] of Object.entries(FORMS)) {
		it(`are hidden ${name}, in answers and in messages`, () => {
			for (const secret of SECRETS) {
				const shown = form(secret);
				if (secret !== KEY && /cut|without its/.test(name)) continue;
				expect(withoutSecrets({ a: [{ [`x${shown}`]: `<<${shown}>>` }] }, SECRETS), name).to.satisfy(
					(value: unknown) => !JSON.stringify(value).includes(shown.slice(3, -3)),
				);
				const quote = quoteServer(`say ${shown} now`, { secrets: SECRETS, prompts: [] });
				expect(quote, name).to.include('[hidden]');
				expect(quote, name).to.not.include(shown.slice(3, -3));
			}
		});
	}

	it('other text stays letter by letter', () => {
		const texts = [
			'Ihre Stiefel sind da: 20 % auf Größe 42 \\ "neu" – 100%ig &amp; sofort. https://shop.example/a?b=c%20d',
			'skilled desk-work',
			'password',
			'İstanbul',
		];
		for (const text of texts) expect(withoutSecrets(text, SECRETS)).to.equal(text);
		fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => withoutSecrets(text, SECRETS) === text));
	});

	it('what stands around a secret stays, whatever it is', () => {
		const plain = fc.string({ maxLength: 40 }).filter((text) => !/[%\\&]/.test(text) && !/[a-z\d+/=_-]{2}/i.test(text));
		fc.assert(fc.property(plain, plain, (before, after) => redact(`${before} ${KEY} ${after}`, SECRETS) === `${before} [hidden] ${after}`));
	});

	it('a short one is hidden in messages alone: in answers it is a word', () => {
		expect(withoutSecrets('a test', ['test'])).to.equal('a test');
		expect(redact('a test', ['test'])).to.equal('a [hidden]');
	});

	it('the work grows with the text, not with its square', () => {
		const spans = [1, 4].map((times) => {
			const startUs = process.cpuUsage().user;
			for (const unit of ['a', KEY, KEY.slice(0, 9), '%25', '\\u005c', '&#38;', '\\\\', '%'])
				withoutSecrets(unit.repeat((100_000 * times) / unit.length), SECRETS);
			return (process.cpuUsage().user - startUs) * 1e-3;
		});
		expect(spans[1], String(spans)).to.be.lessThan(8 * Math.max(40, spans[0] ?? 0));
	});

	it('one that comes back as usage, model, name, text, list of models or error is in nothing that leaves', async () => {
		const said: Behaviour[] = [
			{ kind: 'answer', usage: KEY },
			{ kind: 'answer', usage: { prompt_tokens: KEY, completion_tokens: 1 } },
			{ kind: 'answer', model: encodeURIComponent(KEY), text: `your key is ${base64(KEY)}` },
			{ kind: 'garbage', text: `{"error":{"message":"${utf16(KEY, (code) => `\\u${hex(code, 4)}`)}"}}` },
			{
				kind: 'garbage',
				contentType: 'text/event-stream',
				text:
					Array.from(KEY, (letter) => `data: ${JSON.stringify({ choices: [{ delta: { content: letter } }] })}\n\n`).join('') +
					'data: [DONE]\n\n',
			},
			{ kind: 'status', code: 400, body: { error: { message: `bad ${KEY.slice(1)}`, param: KEY } } },
			{ kind: 'status', code: 500, body: `oops ${base64(KEY)}` },
		];
		for (const behaviour of said) {
			const fake = await startFakeOpenAi({ choose: () => behaviour, models: [KEY, 'm'] });
			const options = {
				name: 'The server',
				baseUrl: fake.url,
				apiKey: KEY,
				providerId: 'unknown',
				timeoutMs: 2_000,
				timing: { later, monotonicMs },
			};
			const one = createOpenAiCompatible(options);
			const request = {
				model: 'm',
				messages: [{ role: 'user' as const, content: 'Hi' }],
				structured: 'text' as const,
				schema: null,
				maxOutputTokens: null,
				temperature: null,
				reasoningEffort: null,
				timeoutMs: 5_000,
				signal: null,
			};
			const outcome: ChatOutcome = await one.chat(request);
			const models = await one.listModels();
			await fake.close();
			const leaves = decodeURIComponent(JSON.stringify([outcome, models]).replaceAll('%"', ''));
			expect(leaves).to.not.include(KEY.slice(3, 15)).and.not.include(base64(KEY).slice(4, 20));
		}
	});
});
