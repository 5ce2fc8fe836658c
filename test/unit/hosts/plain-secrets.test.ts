/** Passwords in fields that are exported with a flow: found wherever an address has them, and never repeated. */
import { expect } from 'chai';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PROVIDER_PARAMS } from '../../../lib/params/connection';
import { readParams } from '../../../lib/params/read';
import { secretInPlace, secretInUrl } from '../../../lib/params/plain-secret';
import { placeOf } from '../../../lib/runtime/ledger-place';
import { testProvider } from '../../../lib/runtime/provider-handle';
import { plainSecretMessage } from '../../../nodes/node-red/node/plain-secrets';

describe('passwords in plain fields', () => {
	const urls: readonly [string, 'login' | 'parameter' | null][] = [
		['https://llm.example.com/v1', null],
		['', null],
		['http://[::1]:8000/v1?api-version=2024-10-21', null],
		['https://gateway.example.com/@cf/meta/llama', null],
		['http://proxy.example.com:3128', null],
		['https://user:s3cret@llm.example.com/v1', 'login'],
		['  https://s3cret@llm.example.com/v1', 'login'],
		['user:s3cret@proxy:3128', 'login'],
		['s3cret@proxy', 'login'],
		['http://user:s3/cret@proxy:3128', 'login'],
		['http://u:100%s3cret@h', 'login'],
		['http://user:s3cret@a@proxy:3128', 'login'],
		['https://llm.example.com/v1?api-key=s3cret', 'parameter'],
		['https://llm.example.com/v1?x=1&code=s3cret#y', 'parameter'],
		['https://llm.example.com/v1?%6bey=s3cret', 'parameter'],
		['https://llm.example.com/v1?x=1#access_token=s3cret', 'parameter'],
	];
	for (const [text, expected] of urls)
		it(`an address: ${text} → ${String(expected)}`, () => {
			expect(secretInUrl(text)).to.equal(expected);
		});

	const places: readonly [string, 'login' | 'parameter' | null][] = [
		['', null],
		['/data/a@b/c:d/ledger.db', null],
		['C:\\data\\ledger.db', null],
		['/data/what?password=here.db', null],
		['postgres://spender@db/credits?sslmode=require&schema=x&sslkey=/etc/client.key', null],
		['postgres://spender:@db/credits', null],
		['postgres://spender:s3cret@db/credits', 'login'],
		['POSTGRESQL://spender:s3/cret@db/credits', 'login'],
		['postgres:spender:s3cret@db/credits', 'login'],
		['mysql://spender:s3cret@db/credits', 'login'],
		['postgres://db/credits?password=s3cret', 'parameter'],
		['postgres://db/credits?user=a&sslpassword=s3cret', 'parameter'],
		['postgres://db/credits?passfile=/etc/credits.pgpass', 'parameter'],
		['postgres://db/credits?p%61ssword=s3cret', 'parameter'],
		['postgres://db/credits?oauth_client_secret=s3cret', 'parameter'],
		['host=db dbname=credits password = s3cret', 'parameter'],
	];
	for (const [text, expected] of places)
		it(`the place of a ledger: ${text} → ${String(expected)}`, () => {
			expect(secretInPlace(text)).to.equal(expected);
			if (expected === null) return;
			expect(() => placeOf({ path: text }, { folder: '/tmp', environment: {} }))
				.to.throw(/Write the whole address under PostgreSQL URL/)
				.that.satisfies((error: Error) => !error.message.includes('s3'));
		});

	it('says which field, and where the secret belongs, but not the secret', () => {
		const field = (name: string): (typeof PROVIDER_PARAMS)[number] => PROVIDER_PARAMS.find((param) => param.name === name) as never;
		const told = (name: string, value: unknown): string | null => plainSecretMessage('llm-credits-provider', field(name), value);
		expect(told('baseUrl', 'https://u:s3cret@h/v1'))
			.to.match(/^Base URL holds a password.*Base URL Login/)
			.and.not.include('s3cret');
		expect(told('proxyUrl', 'u:s3cret@h'))
			.to.match(/^Proxy holds a password.*Proxy Login/)
			.and.not.include('s3cret');
		expect(told('proxyUrl', 'http://h:3128')).to.equal(null);
		expect(told('organisation', 'a:b@c')).to.equal(null);
		expect(told('baseUrl', 7)).to.equal(null);
	});

	it('sends a login of its own field, whatever it is made of', async () => {
		const seen: (string | undefined)[] = [];
		const server = createServer((request, response) => {
			seen.push(request.headers.authorization);
			response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[]}');
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		try {
			const baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1`;
			await testProvider(readParams(PROVIDER_PARAMS, { service: 'custom', baseUrl, baseUrlLogin: 'ann:100%:@/#?é x' }));
			expect(seen[0]).to.equal(`Basic ${Buffer.from('ann:100%:@/#?é x').toString('base64')}`);
		} finally {
			server.close();
		}
	});
});
