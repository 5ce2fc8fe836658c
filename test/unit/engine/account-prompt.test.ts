/** How texts of an account come into a request: which, where, in which order, and what happens to a reference that leads nowhere. */
import { expect } from 'chai';
import { withAccountTexts } from '../../../lib/engine/plan/account-prompt';
import { isCreditError } from '../../../lib/core/values/errors';

const TEXTS = new Map([
	['season', 'Spring.'],
	['compliance', 'Promise no cures.\n'],
	['business_context', 'We sell shoes.'],
	['brand_voice', 'Warm. Write [[text:season]] as it is.'],
]);

describe('texts of an account in a request', () => {
	it('puts the compliance text first, always, and other texts only where they are referred to', () => {
		expect(withAccountTexts({ systemPrompt: 'Be brief.', prompt: 'Write' }, TEXTS)).to.deep.equal({
			systemPrompt: 'Be brief.',
			prompt: 'Write',
			head: '<compliance>\nPromise no cures.\n</compliance>',
		});
		expect(withAccountTexts({ systemPrompt: '', prompt: 'Write' }, new Map()).head).to.equal('');
	});

	it('puts each text once, in one order, whoever refers to it first, and names it in its place', () => {
		const spoken = withAccountTexts(
			{
				systemPrompt: 'Keep to [[text:season]] and [[text: brand_voice ]].',
				prompt: 'Use [[text:business_context]], in [[text:brand_voice]].',
			},
			TEXTS,
		);
		expect(spoken.systemPrompt).to.equal('Keep to <season> and <brand_voice>.');
		expect(spoken.prompt).to.equal('Use <business_context>, in <brand_voice>.');
		expect(spoken.head.match(/^<\w+>/gm)).to.deep.equal(['<compliance>', '<brand_voice>', '<business_context>', '<season>']);
		expect(spoken.head).to.include('<brand_voice>\nWarm. Write [[text:season]] as it is.\n</brand_voice>');
	});

	it('gives items that refer to the same texts the same start', () => {
		const headOf = (prompt: string): string => withAccountTexts({ systemPrompt: '', prompt }, TEXTS).head;
		expect(headOf('Ada: [[text:season]] [[text:brand_voice]]')).to.equal(headOf('[[text:brand_voice]] for Bob, [[text:season]]'));
	});

	it('refuses a reference to a text that is not there, and says how to mend it', () => {
		for (const reference of ['[[text:brand_voise]]', '[[text:]]', '[[text:Brand_Voice]]']) {
			try {
				withAccountTexts({ systemPrompt: reference, prompt: '' }, TEXTS);
				expect.fail(reference);
			} catch (error) {
				if (!isCreditError(error)) throw error;
				expect([error.code, error.message.includes('llm-credits text set')]).to.deep.equal(['invalid_settings', true]);
			}
		}
	});

	it('leaves everything else in brackets alone: data may hold any', () => {
		const prompt = '[[Paris]] [text:brand_voice] [[texts:brand_voice]] {{ x }} [[text:a b]] $& $1';
		expect(withAccountTexts({ systemPrompt: '', prompt }, new Map()).prompt).to.equal(prompt);
		expect(withAccountTexts({ systemPrompt: '', prompt: '[[text:a]] $&' }, new Map([['a', '$& {{b}}']])).head).to.include('$& {{b}}');
	});
});
