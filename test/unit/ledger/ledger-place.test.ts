/** Owns the proof of where a ledger lies: its settings first, then the environment, then the usual place; and of what is refused. */
import { expect } from 'chai';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { isCreditError } from '../../../lib/core/values/errors';
import { placeOf, type PlaceSettings } from '../../../lib/runtime/ledger-place';
import { temporaryFolder } from '../../support/machine/temporary-folder';

const FOLDER = resolve('/srv/host');
const USUAL = resolve('/srv/host/llm-credits/ledger.db');
const FILE = resolve('/srv/shared/ledger.db');
const URL_OF_TEAM = 'postgres://host:hidden@db.example/team';
const URL_OF_ENVIRONMENT = 'postgres://host:hidden@db.example/credits';

const place = (settings: Partial<PlaceSettings>, variable?: string): string =>
	placeOf(
		{ path: '', postgresUrl: '', ...settings },
		{ folder: FOLDER, environment: variable === undefined ? {} : { LLM_CREDITS_LEDGER: variable } },
	);

function refusalOf(settings: Partial<PlaceSettings>, variable?: string): string {
	try {
		return `not refused: ${place(settings, variable)}`;
	} catch (error) {
		if (!isCreditError(error)) throw error;
		expect(error.code).to.equal('invalid_path');
		return error.message;
	}
}

describe('the place of a ledger', () => {
	for (const [settings, variable, expected] of [
		[{}, undefined, USUAL],
		[{}, '', USUAL],
		[{}, '  ', USUAL],
		[{}, FILE, FILE],
		[{}, ` ${URL_OF_ENVIRONMENT} `, URL_OF_ENVIRONMENT],
		[{ path: FILE }, URL_OF_ENVIRONMENT, FILE],
		[{ path: ' ' }, FILE, FILE],
		[{ postgresUrl: URL_OF_TEAM }, URL_OF_ENVIRONMENT, URL_OF_TEAM],
		[{ postgresUrl: ` ${URL_OF_TEAM} `, path: FILE }, undefined, URL_OF_TEAM],
		[{ path: 'postgres://host@db.example/team' }, undefined, 'postgres://host@db.example/team'],
		[{ path: FILE }, 'not/a/whole/path', FILE],
		[{ path: ` ${FILE} `, postgresUrl: '  ' }, undefined, FILE],
		[{ path: '~/credits/x.db' }, undefined, resolve(homedir(), 'credits/x.db')],
		[{}, '~/credits/x.db', resolve(homedir(), 'credits/x.db')],
	] as const) {
		it(`${JSON.stringify(settings)} with LLM_CREDITS_LEDGER ${variable ?? 'not set'}: ${expected}`, () => {
			expect(place(settings, variable)).to.equal(expected);
		});
	}

	it('refuses a path in the environment that would be another file in each process', () => {
		expect(refusalOf({}, 'ledger.db')).to.match(/LLM_CREDITS_LEDGER.*whole path/);
		expect(refusalOf({}, 'mysql://host:hidden@db.example/credits'))
			.to.match(/LLM_CREDITS_LEDGER/)
			.and.not.match(/hidden/);
	});

	it('refuses a file: URL and names the path that is meant', () => {
		for (const refusal of [refusalOf({ path: 'file:///srv/x.db?mode=rw' }), refusalOf({}, 'FILE:/srv/x.db')])
			expect(refusal).to.include('plain path').and.include('/srv/x.db.');
		expect(refusalOf({ path: '~ada/x.db' })).to.include('whole path');
	});

	it('resolves every link, of folders that are there and of the file itself', () => {
		const folder = realpathSync(temporaryFolder());
		mkdirSync(join(folder, 'secret'));
		writeFileSync(join(folder, 'secret', 'x.db'), 'x');
		symlinkSync(join(folder, 'secret'), join(folder, 'open'));
		symlinkSync(join(folder, 'secret', 'x.db'), join(folder, 'y.db'));
		expect(place({ path: join(folder, 'open', 'new', 'deeper', 'z.db') })).to.equal(join(folder, 'secret', 'new', 'deeper', 'z.db'));
		expect(place({ path: join(folder, 'y.db') })).to.equal(join(folder, 'secret', 'x.db'));
	});

	it('refuses an address that cannot be read, says where it stands, and never repeats it', () => {
		expect(refusalOf({}, 'postgres://host:hid#den@db.example/credits'))
			.to.match(/^LLM_CREDITS_LEDGER/)
			.and.not.match(/hid|den@/);
		expect(refusalOf({ postgresUrl: 'postgres://host:hid#den@db.example/credits' }, FILE)).to.not.match(/LLM_CREDITS_LEDGER|hid|den@/);
	});

	it('refuses a password in what is exported with the flow', () => {
		expect(refusalOf({ path: URL_OF_TEAM }))
			.to.match(/exported/)
			.and.not.match(/hidden/);
	});
});
