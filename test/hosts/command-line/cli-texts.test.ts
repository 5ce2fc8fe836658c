/** Owns the proof of the commands for texts, languages and kept answers, as processes. */
import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../../lib/core/values/idempotency';
import { CommandLine } from '../../support/command-line/command-line';

describe('command line: texts and kept answers', () => {
	let cli: CommandLine;
	const fileOf = (text: string | Buffer, name = 'text.txt'): string => {
		const path = join(cli.folder, name);
		writeFileSync(path, text);
		return path;
	};
	beforeEach(async () => {
		cli = new CommandLine();
		await cli.withAccount((account) => account.open({ timeZone: 'UTC' }));
	});

	it('sets, lists, shows and removes texts', async () => {
		const file = fileOf('\uFEFFPromise no cures ☕.\r\nBe kind.\n\n');
		const text = 'Promise no cures ☕.\r\nBe kind.';
		expect(await cli.document(['text', 'set', 'compliance', '--file', file, '--key', 'k'])).to.deep.equal({
			account: 'default',
			text: { name: 'compliance', hash: sha256(text), characters: text.length },
			replayed: false,
		});
		expect(await cli.document(['text', 'set', 'compliance', '--file', file, '--key', 'k'])).to.have.property('replayed', true);
		expect(await cli.text('text', 'set', 'brand_voice', '--file', fileOf('Warm', 'voice.txt'))).to.equal(
			'The text brand_voice is set. Refer to it in instructions and prompts with [[text:brand_voice]].\n',
		);
		expect(await cli.text('text', 'show', 'compliance')).to.equal(`${text}\n`);
		expect(await cli.text('text', 'list'))
			.to.match(/compliance +29 +every prompt/)
			.and.match(/brand_voice +4 +prompts that say \[\[text:brand_voice\]\]/);
		expect(await cli.text('text', 'remove', 'brand_voice')).to.match(/^The text brand_voice is removed; its hash stays in the journal\./);
		await cli.failure(['text', 'show', 'brand_voice'], { code: 1, says: /no text "brand_voice".*text list/s });
		await cli.failure(['text', 'remove', 'brand_voice'], { code: 1, says: /no text "brand_voice"/ });
		expect(await cli.document(['verify'])).to.have.property('ok', true);
	});

	it('says what is wrong with a name or a file', async () => {
		await cli.failure(['text', 'set', 'Brand Voice', '--file', fileOf('Warm')], { code: 1, says: /"Brand Voice".*such as brand_voice/ });
		await cli.failure(['text', 'set', 'compliance', '--file', fileOf(' \n')], { code: 1, says: /has 0 characters/ });
		await cli.failure(['text', 'set', 'compliance', '--file', fileOf(Buffer.from([0xff, 0xfe, 0x41]))], {
			code: 2,
			says: /not text in UTF-8/,
		});
		await cli.failure(['text', 'set', 'compliance', '--file', join(cli.folder, 'gone')], { code: 2, says: /cannot be read/ });
		await cli.failure(['text', 'set', 'compliance'], { code: 2, says: /--file <file> is missing/ });
		await cli.failure(['text', 'set', 'a', 'b', '--file', fileOf('x')], { code: 2, says: /Too many arguments/ });
	});

	it('keeps texts from those who do not know the admin key', async () => {
		const key = fileOf('correct horse battery', 'admin.key');
		await cli.document(['admin-key', 'set', '--new-key-file', key]);
		const set = ['text', 'set', 'compliance', '--file', fileOf('Promise nothing.')];
		await cli.failure(set, { code: 1, says: /admin key/ });
		await cli.document([...set, '--admin-key-file', key]);
		expect(await cli.text('text', 'show', 'compliance')).to.equal('Promise nothing.\n');
	});

	it('sets languages, the usual one first, and takes the limit away', async () => {
		expect(await cli.text('languages')).to.equal('Answers may be in any language.\n');
		expect(await cli.document(['languages', 'de', 'pt-br'])).to.deep.equal({
			account: 'default',
			languages: ['de', 'pt-BR'],
			default: 'de',
		});
		expect(await cli.text('languages')).to.equal('Answers may be in de, pt-BR; the usual language is de.\n');
		await cli.failure(['languages', 'german!'], { code: 1, says: /"german!" is no language/ });
		expect(await cli.document(['languages', 'any'])).to.deep.include({ languages: [], default: null });
	});

	it('shows, clears and limits kept answers', async () => {
		expect(await cli.text('cache', 'show')).to.match(
			/^No answer is kept\.\n\nAt most 10,000 answers of 50,000,000 bytes together are kept\.\n$/,
		);
		await cli.withAccount(async (account) => {
			for (const [name, campaign] of [
				['a', 'spring'],
				['b', 'spring'],
				['c', 'autumn'],
			] as const) {
				const storedAtMs = Date.UTC(2026, 3, 8);
				const keptUntilMs = Date.now() + 3_600_000;
				const answer = { key: sha256(name), campaign, node: 'Write', text: name, storedAtMs, keptUntilMs, costMicro: 1_500_000n };
				account.answers.keep(answer);
				account.answers.noteSaving(answer, campaign);
			}
			await account.answers.drain();
		});
		const shown = await cli.document(['cache', 'show']);
		const stored = '2026-04-08T00:00:00.000Z';
		expect(shown).to.deep.include({ answers: 3, bytes: 3, limits: { maxAnswers: 10_000, maxBytes: 50_000_000 } });
		expect(shown['groups'][0]).to.deep.equal({ campaign: 'spring', node: 'Write', answers: 2, bytes: 2, oldest: stored, newest: stored });
		expect(shown['saved'].map(({ campaign, calls, credits }: Record<string, unknown>) => [campaign, calls, credits])).to.deep.equal([
			['autumn', 1, '1.5'],
			['spring', 2, '3'],
		]);
		expect(await cli.text('cache', 'show'))
			.to.match(/campaign +calls saved +credits saved\n─+\nautumn +1 +1\.5\nspring +2 +3\n/)
			.and.match(/4\.5 credits \(\$0\.0004\) were saved/);
		expect(await cli.document(['cache', 'limit', '--answers', '2'])).to.deep.include({
			limits: { maxAnswers: 2, maxBytes: 50_000_000 },
			removed: 1,
		});
		expect(await cli.text('cache', 'clear', '--campaign', 'summer')).to.equal('0 answers removed.\n');
		expect(await cli.document(['cache', 'clear'])).to.have.property('removed', 2);
		expect(await cli.text('cache', 'limit', '--answers', '0')).to.equal('No answers are kept for identical requests.\n');
		expect(await cli.document(['verify'])).to.have.property('ok', true);
	});
});
