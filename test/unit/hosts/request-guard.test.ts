/** Which requests to Node-RED's admin interface come from the editor, and what the table of routes asks of each. */
import { expect } from 'chai';
import { refusalOf, type Headers } from '../../../nodes/node-red/admin/request-guard';
import { ROUTES } from '../../../nodes/node-red/admin/routes';

const JSON_TYPE = { 'content-type': 'application/json' };
const here = (more: Headers): Headers => ({ host: '192.168.1.5:1880', ...JSON_TYPE, ...more });

describe('requests to the admin interface', () => {
	const rows: readonly [string, Headers, string][] = [
		['a program, which is no page', here({}), 'taken'],
		['the editor in a browser of today', here({ 'sec-fetch-site': 'same-origin', origin: 'http://192.168.1.5:1880' }), 'taken'],
		['the editor where the browser says only the page', here({ origin: 'http://192.168.1.5:1880' }), 'taken'],
		['the editor where it says only the referer', here({ referer: 'http://192.168.1.5:1880/red/?x=1' }), 'taken'],
		['letters of another case', here({ host: 'Flows.Example.COM', origin: 'https://flows.example.com' }), 'taken'],
		[
			'a proxy that names the host',
			here({ host: '127.0.0.1:1880', 'x-forwarded-host': 'a.example.com, inner', origin: 'https://a.example.com' }),
			'taken',
		],
		[
			'a proxy that names host and port apart',
			here({ host: 'a.example.com', 'x-forwarded-port': '8080', origin: 'http://a.example.com:8080' }),
			'taken',
		],
		[
			'a proxy that names nothing, with a browser that says it is the same',
			here({ host: '127.0.0.1:1880', 'sec-fetch-site': 'same-origin', origin: 'https://a.example.com' }),
			'taken',
		],
		['a proxy that names nothing', here({ host: '127.0.0.1:1880', origin: 'http://a.example.com' }), 'other_origin'],
		['a page of another site', here({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }), 'other_origin'],
		['a page of a neighbour', here({ 'sec-fetch-site': 'same-site' }), 'other_origin'],
		['a lie beside the browser’s word', here({ 'sec-fetch-site': 'cross-site', origin: 'http://192.168.1.5:1880' }), 'other_origin'],
		['a page on another port', here({ origin: 'http://192.168.1.5:8080' }), 'other_origin'],
		['a page of another site in an old browser', here({ origin: 'https://evil.example' }), 'other_origin'],
		['an image of another site in an old browser', here({ referer: 'https://evil.example/page' }), 'other_origin'],
		['a sandboxed page', here({ origin: 'null' }), 'other_origin'],
		['a file on the disk', here({ referer: 'file:///tmp/a.html' }), 'other_origin'],
		['an address that is none', here({ origin: 'http://' }), 'other_origin'],
		['no host at all', { ...JSON_TYPE, origin: 'http://evil.example' }, 'other_origin'],
		['a form', here({ 'content-type': 'application/x-www-form-urlencoded' }), 'not_json'],
		['a form as text', here({ 'content-type': 'text/plain; charset=application/json' }), 'not_json'],
		['nothing said', here({ 'content-type': undefined }), 'not_json'],
		['JSON with a charset', here({ 'content-type': 'Application/JSON; charset=utf-8' }), 'taken'],
	];
	for (const [name, headers, expected] of rows)
		it(`${expected === 'taken' ? 'takes' : `refuses as ${expected}`}: ${name}`, () => {
			expect(refusalOf(headers, { acts: true })?.code ?? 'taken').to.equal(expected);
		});

	it('asks for JSON only where something is done', () => {
		expect(refusalOf(here({ 'content-type': undefined }), { acts: false })).to.equal(null);
	});

	it('guards every route: what acts is posted, needs the right to deploy and is limited; all data needs a permission', () => {
		for (const { path, method, acts, permissions, atOnce, answer } of ROUTES) {
			expect(acts, path).to.equal(method === 'post');
			if (acts) expect(permissions, path).to.deep.equal(['llm-credits.write', 'flows.write']);
			expect(permissions.length > 0, path).to.equal(answer !== 'script');
			expect(atOnce, path).to.be.within(1, acts ? 4 : 100);
		}
	});
});
