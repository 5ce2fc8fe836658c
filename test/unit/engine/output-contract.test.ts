import { expect } from 'chai';
import type { AttributeSettings } from '../../../lib/engine/answer/attribute-types';
import { OutputContract } from '../../../lib/engine/answer/output-contract';

function attribute(type: AttributeSettings['type'], more: Partial<AttributeSettings> = {}): AttributeSettings {
	return { name: 'a', type, description: '', details: '', fallback: '', ...more };
}

function read(settings: AttributeSettings, value: unknown): unknown {
	const reading = new OutputContract([settings]).read(JSON.stringify({ a: value }), { allowsPlainText: false });
	return reading.kind === 'values' ? reading.values['a'] : reading.kind;
}

describe('output contract', () => {
	it('asks for closed objects with every field required, without patterns', () => {
		const contract = new OutputContract([
			attribute('text', { name: 'subject', description: 'At most 45 characters' }),
			attribute('choice', { name: 'tier', details: 'gold, silver' }),
			attribute('date', { name: 'day' }),
			attribute('list', { name: 'points' }),
			attribute('object', { name: 'place', details: 'city: text, zip: number' }),
		]);
		expect(contract.jsonSchema).to.deep.equal({
			type: 'object',
			properties: {
				subject: { type: 'string', description: 'At most 45 characters' },
				tier: { type: 'string', enum: ['gold', 'silver'] },
				day: { type: 'string', format: 'date' },
				points: { type: 'array', items: { type: 'string' } },
				place: {
					type: 'object',
					properties: { city: { type: 'string' }, zip: { type: 'number' } },
					required: ['city', 'zip'],
					additionalProperties: false,
				},
			},
			required: ['subject', 'tier', 'day', 'points', 'place'],
			additionalProperties: false,
		});
	});

	const readings: [string, AttributeSettings, unknown, unknown][] = [
		['text', attribute('text'), 'Grüße 你好', 'Grüße 你好'],
		['a number', attribute('number'), 4.5, 4.5],
		['a number written as text', attribute('number'), ' 12 ', 12],
		['no number in words', attribute('number'), 'twelve', 'invalid'],
		['true', attribute('boolean'), true, true],
		['true written as text', attribute('boolean'), 'true', true],
		['no boolean of a number', attribute('boolean'), 1, 'invalid'],
		['a date', attribute('date'), '2026-02-28', '2026-02-28'],
		['a date with a time', attribute('date'), '2026-02-28T10:00:00Z', '2026-02-28'],
		['no day that does not exist', attribute('date'), '2026-02-30', 'invalid'],
		['one of a list, whatever its case', attribute('choice', { details: 'Gold, Silver' }), 'gold ', 'Gold'],
		['nothing beside the list', attribute('choice', { details: 'Gold, Silver' }), 'bronze', 'invalid'],
		['a list of numbers', attribute('list', { details: 'number' }), [1, '2'], [1, 2]],
		['a list of objects', attribute('list', { details: 'city: text' }), [{ city: 'Bern' }], [{ city: 'Bern' }]],
		[
			'an object, without what was not asked for',
			attribute('object', { details: 'city: text' }),
			{ city: 'Bern', extra: 1 },
			{ city: 'Bern' },
		],
		['no object with a field missing', attribute('object', { details: 'city: text, age: number' }), { city: 'Bern' }, 'invalid'],
		['nothing but empty text as empty', attribute('text'), '   ', 'empty'],
	];
	for (const [name, settings, value, expected] of readings) {
		it(`reads ${name}`, () => {
			expect(read(settings, value)).to.deep.equal(expected);
		});
	}

	it('reads JSON in a code fence, and plain text only where one text is asked for and words were the way to ask', () => {
		const contract = new OutputContract([attribute('text')]);
		expect(contract.read('```json\n{"a":"x"}\n```', { allowsPlainText: false })).to.deep.equal({ kind: 'values', values: { a: 'x' } });
		expect(contract.read('Hello', { allowsPlainText: false }).kind).to.equal('invalid');
		expect(contract.read('Hello', { allowsPlainText: true })).to.deep.equal({
			kind: 'values',
			values: { a: 'Hello' },
			isPlain: true,
		});
		const two = new OutputContract([attribute('text'), attribute('text', { name: 'b' })]);
		expect(two.read('Hello', { allowsPlainText: true }).kind).to.equal('invalid');
	});

	it('gives fallback values of the right type, each time a fresh copy', () => {
		const contract = new OutputContract([
			attribute('text', { name: 't', fallback: 'Hi' }),
			attribute('number', { name: 'n', fallback: '7' }),
			attribute('boolean', { name: 'b', fallback: 'false' }),
			attribute('list', { name: 'l', fallback: '["x"]' }),
			attribute('object', { name: 'o', details: 'city: text', fallback: '{"city":"Bern"}' }),
			attribute('date', { name: 'd' }),
		]);
		const first = contract.fallbacks();
		expect(first).to.deep.equal({ t: 'Hi', n: 7, b: false, l: ['x'], o: { city: 'Bern' }, d: null });
		(first['l'] as string[]).push('y');
		expect(contract.fallbacks()['l']).to.deep.equal(['x']);
	});

	const wrong: [string, AttributeSettings[], RegExp][] = [
		[
			'a fallback of the wrong type',
			[attribute('number', { fallback: 'many' })],
			/fallback value of "a" is "many", which is not a number\. Write something like 1/,
		],
		['a fallback that is not in the list', [attribute('choice', { details: 'x, y', fallback: 'z' })], /not a choice/],
		['a name with a space', [attribute('text', { name: 'my name' })], /Attribute 1: Name is "my name"; use letters/],
		['a name that the node writes itself', [attribute('text', { name: 'llmCredits' })], /use letters/],
		['a name of the prototype', [attribute('text', { name: 'constructor' })], /use letters/],
		['the same name twice', [attribute('text'), attribute('number')], /Attribute 2: Name is "a", which another attribute has/],
		['a choice without choices', [attribute('choice')], /write at least two different values/],
		['an object without fields', [attribute('object')], /name its fields/],
		['an unknown field type', [attribute('object', { details: 'x: colour' })], /use one of text, number, boolean, date/],
	];
	for (const [name, settings, message] of wrong) {
		it(`refuses ${name}`, () => {
			expect(() => new OutputContract(settings)).to.throw(message);
		});
	}
});
