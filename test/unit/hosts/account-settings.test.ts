/** Credit Balance on the settings of an account: what each operation answers, its rights, its key, and what it says of bad input. */
import { expect } from 'chai';
import { runCreditBalance } from '../../../lib/engine/credit-balance';
import type { LedgerAccount } from '../../../lib/engine/account/ledger-account';
import { CREDIT_BALANCE_PARAMS } from '../../../lib/params/credit-balance';
import { SETTINGS_OPERATIONS } from '../../../lib/params/credit-balance-settings';
import { readParams } from '../../../lib/params/read';
import { answer, ScriptedProvider } from '../../support/provider/scripted-provider';
import { expectClean, items, makeAction, makeWorld, type ActionWorld } from '../../support/scenarios/action-world';

type Values = Readonly<Record<string, unknown>>;
type Document = Readonly<Record<string, unknown>>;

const KEY = 'a key of an administrator';
/** What each operation needs. */
const FILLED: Readonly<Record<(typeof SETTINGS_OPERATIONS)[number]['value'], Values>> = {
	promote: {},
	refund: { holdId: 'h3' },
	void: { grantId: 'g2' },
	setBudget: { budgetName: 'spring', budgetCredits: '40', budgetValue: 'spring-sale' },
	removeBudget: { budgetName: 'spring' },
	listBudgets: {},
	setFloor: { floorName: 'valuable', floorCredits: '10', floorExempt: 'vip, loyal' },
	removeFloor: { floorName: 'valuable' },
	listFloors: {},
	setMode: { enforcement: 'shadow' },
	setAlerts: { alertLow: '30, 10', alertDrift: 'off' },
	showAlerts: {},
	setText: { textName: 'brand_voice', text: 'Be kind' },
	removeText: { textName: 'brand_voice' },
	showText: { textName: 'brand_voice' },
	listTexts: {},
};
const READS = ['listBudgets', 'listFloors', 'showAlerts', 'showText', 'listTexts'];

describe('Credit Balance: the settings of an account', () => {
	let world: ActionWorld;
	let keys = 0;
	beforeEach(async () => {
		world = await makeWorld('100');
	});
	afterEach(() => expectClean(world));

	function run(operation: keyof typeof FILLED, values: Values = {}, ledger: LedgerAccount = world.ledger): Promise<readonly Document[]> {
		keys += 1;
		const read = readParams(CREDIT_BALANCE_PARAMS, { operation, ...FILLED[operation], ...values });
		return runCreditBalance(read, { ledger, key: `op ${String(keys)}` });
	}

	async function failure(operation: keyof typeof FILLED, values: Values, ledger?: LedgerAccount): Promise<string> {
		try {
			await run(operation, values, ledger);
		} catch (error) {
			return (error as Error).message;
		}
		throw new Error(`${operation} did not fail`);
	}

	it('a budget is set, holds, is listed with what it counted, and is removed', async () => {
		const [set] = await run('setBudget', { budgetCredits: '0', budgetValue: '', budgetScope: 'account' });
		expect(set).to.deep.equal({
			account: 'a',
			budget: { name: 'spring', scope: 'account', value: null, period: 'total', credits: '0' },
			countsFromNow: false,
			countedBefore: '0',
			countedValues: 0,
			mode: 'enforce',
			replayed: false,
		});
		const action = makeAction(world, new ScriptedProvider(() => answer('{"message":"Hello"}')));
		expect((await action.run(items(1))).map(({ llmCredits }) => llmCredits.reason)).to.deep.equal(['budget_exceeded']);
		const [listed, ...others] = await run('listBudgets');
		expect(listed).to.deep.include({ name: 'spring', scope: 'account', credits: '0', currentPeriod: null });
		expect(others).to.deep.equal([]);
		expect((await run('removeBudget'))[0]).to.deep.include({ removed: { kind: 'budget', name: 'spring' } });
		expect(await run('listBudgets')).to.deep.equal([]);
		expect((await action.run(items(1))).map(({ llmCredits }) => llmCredits.reason)).to.deep.equal(['answered']);
	});

	it('a floor is set, holds, is listed and is removed', async () => {
		const floor = { name: 'valuable', label: 'segment', exempt: ['vip', 'loyal'], credits: '100' };
		expect((await run('setFloor', { floorCredits: '100' }))[0]).to.deep.include({ floor });
		const action = makeAction(world, new ScriptedProvider(() => answer('{"message":"Hello"}')));
		expect((await action.run(items(1))).map(({ llmCredits }) => llmCredits.reason)).to.deep.equal(['floor_reached']);
		expect(await run('listFloors')).to.deep.equal([floor]);
		expect((await run('removeFloor'))[0]).to.deep.include({ removed: { kind: 'floor', name: 'valuable' } });
		expect(await run('listFloors')).to.deep.equal([]);
	});

	it('shadow refuses nothing, and says what is overdrawn', async () => {
		expect(await run('setMode')).to.deep.equal([{ account: 'a', mode: 'shadow', overdraft: '0', replayed: false }]);
		expect((await run('setBudget', { budgetCredits: '0', budgetValue: '', budgetScope: 'account' }))[0]).to.include({ mode: 'shadow' });
		const action = makeAction(world, new ScriptedProvider(() => answer('{"message":"Hello"}')));
		expect((await action.run(items(1))).map(({ llmCredits }) => llmCredits.reason)).to.deep.equal(['answered']);
		expect((await run('setMode', { enforcement: 'enforce' }))[0]).to.include({ mode: 'enforce' });
	});

	it('alerts: what is filled in is changed, the rest stays', async () => {
		expect(await run('showAlerts')).to.deep.equal([
			{ account: 'a', warnsOf: { lowPercents: [20, 5], expiryDays: [7, 1], driftPercent: 50 } },
		]);
		const [set] = await run('setAlerts');
		expect(set?.['warnsOf']).to.deep.equal({ lowPercents: [30, 10], expiryDays: [7, 1], driftPercent: 0 });
	});

	it('a call is refunded in parts, and a grant is void', async () => {
		const action = makeAction(world, new ScriptedProvider(() => answer('{"message":"Hello"}')));
		const [left] = await action.run(items(1));
		const holdId = left?.llmCredits.holdId ?? '';
		const [part] = await run('refund', { holdId, refundCredits: '0.5' });
		expect(part).to.deep.include({ account: 'a', hold: holdId, grant: null, replayed: false });
		expect(part?.['refund']).to.deep.include({ amount: '0.5', forfeited: '0' });
		const [rest] = await run('refund', { holdId });
		expect(rest).to.deep.include({ available: '100' });
		expect(await failure('refund', { holdId })).to.match(/are left to refund/);
		const [grant] = (await world.ledger.balance()).grants;
		const [voided] = await run('void', { grantId: `g${String(grant?.seq)}` });
		expect(voided).to.deep.include({ available: '0', replayed: false });
		expect(voided?.['grant']).to.deep.include({ remaining: '0', voided: '100' });
	});

	it('a promotion that is not given is an answer that says why and what to do', async () => {
		const [document] = await run('promote');
		expect(document?.['account']).to.equal('a');
		if (document?.['granted'] === true) expect(document['grant']).to.deep.include({ category: 'promotional', amount: '100000' });
		else expect(document?.['message']).to.match(/llm-credits/);
		const [again] = await run('promote');
		expect(again).to.include({ granted: false });
		expect(again?.['message']).to.be.a('string');
	});

	it('a text is set, shown, listed and removed', async () => {
		const [set] = await run('setText');
		expect(set?.['text']).to.deep.include({ name: 'brand_voice', characters: 7 });
		expect(await run('showText')).to.deep.equal([{ account: 'a', name: 'brand_voice', text: 'Be kind' }]);
		expect((await run('listTexts')).map(({ name }) => name)).to.deep.equal(['brand_voice']);
		expect((await run('removeText'))[0]).to.deep.include({ removed: { kind: 'text', name: 'brand_voice' } });
		expect(await run('listTexts')).to.deep.equal([]);
		expect(await failure('showText', {})).to.match(/Text Name is "brand_voice", and the account has no such text. It has: none/);
	});

	it('the same key again changes nothing and says so', async () => {
		const { idempotencyKey } = { idempotencyKey: 'order-1' };
		await run('setBudget', { idempotencyKey });
		await run('removeBudget');
		expect((await run('setBudget', { idempotencyKey }))[0]).to.deep.include({ replayed: true });
		expect(await run('listBudgets')).to.deep.equal([]);
		expect(await failure('setBudget', { idempotencyKey, budgetCredits: '41' })).to.match(/key/);
	});

	it('where the account has an admin key, what changes something needs it, and reading does not', async () => {
		await run('setText');
		await world.ledger.setAdminKey({ newKey: KEY, salt: '00'.repeat(16), key: 'admin' });
		for (const { value } of SETTINGS_OPERATIONS) {
			if (READS.includes(value)) await run(value);
			else expect(await failure(value, {}), value).to.match(/admin key/i);
		}
		const admin = world.ledger.asAdministrator(KEY);
		expect((await run('setBudget', {}, admin))[0]).to.deep.include({ replayed: false });
		expect((await run('removeText', {}, admin))[0]).to.deep.include({ replayed: false });
	});

	for (const [operation, values, says] of [
		['setBudget', { budgetName: ' ' }, /^Budget Name is empty\. A name of your own/],
		['setBudget', { budgetCredits: 'many' }, /Budget Credits.*many/],
		['setBudget', { budgetName: 'x'.repeat(500) }, /name of the budget.*characters/],
		['removeBudget', { budgetName: 'autumn' }, /There is no budget "autumn".*List them/],
		['setFloor', { floorExempt: 'vip,,' }, /May Go Below is "vip,,", with an empty value\. Write it as vip, loyal/],
		['setAlerts', { alertLow: 'x' }, /Low At is "x"\. Give whole numbers with commas/],
		['setAlerts', { alertDrift: '5, 6' }, /Dearer By is "5, 6"\. Give one whole number, or off/],
		['setAlerts', { alertLow: '', alertDrift: '' }, /Low At, Expiring Before and Dearer By are empty\. Fill in/],
		['setAlerts', { alertLow: '120' }, /low credits.*\[120\].*from 1 to 99/],
		['refund', { holdId: 'x1' }, /Call is "x1"\. Give an id such as h12; it is in llmCredits\.holdId/],
		['refund', { refundCredits: '-1' }, /Credits to Refund.*-1/],
		['void', { grantId: 'h3' }, /Grant is "h3"\. Give an id such as g12; Get Balance lists them/],
		['setText', { textName: 'Brand Voice' }, /name of the text is "Brand Voice"; use up to 40 small letters/],
		['setText', { text: ' ' }, /^Text is empty\. What is said to the model/],
	] as const) {
		it(`${operation} with ${JSON.stringify(values).slice(0, 40)} says which field, its value, and what to do`, async () => {
			expect(await failure(operation, values)).to.match(says);
		});
	}
});
