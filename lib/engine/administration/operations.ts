/**
 * Carries out what Credit Balance does to the settings of an account: budgets, floors, the mode, alerts, refunds, voids, promotions and
 * texts. The rules and the rights are the ledger's; here values are read and outcomes become small documents.
 */
import type { OutcomeOf } from '../../core/nouns/commands';
import { holdId } from '../../core/nouns/records';
import { CreditError } from '../../core/values/errors';
import { formatCredits, parseCredits } from '../../core/values/money';
import type { CREDIT_BALANCE_PARAMS } from '../../params/credit-balance';
import { SETTINGS_OPERATIONS } from '../../params/credit-balance-settings';
import type { ValuesOf } from '../../params/param';
import type { LedgerAccount } from '../account/ledger-account';
import { budgetDocument, budgetSetDocument, budgetUses, floorDocument } from '../report/budget-list';
import { grantedDocument } from '../report/grant-documents';
import { floorsWithNames } from '../report/person-names';
import { numberOrNothing, numbersOrNothing, requiredNumberInId, valuesIn } from './inputs';
import { introductoryOffer, NOT_OFFERED } from './introductory-offer';
import { refundDocument } from './refund-documents';

type Values = ValuesOf<typeof CREDIT_BALANCE_PARAMS>;
type Document = Record<string, unknown>;
type SettingsOperation = (typeof SETTINGS_OPERATIONS)[number]['value'];
type SettingsValues = Values & { readonly operation: SettingsOperation };

interface Asked {
	readonly ledger: LedgerAccount;
	readonly key: string;
}

/** Of each budget at most so many of its values are listed, the fullest first. */
const LISTED_VALUES = 10;
const OPERATIONS: ReadonlySet<string> = new Set(SETTINGS_OPERATIONS.map(({ value }) => value));

/** True for an operation on the settings of the account. */
export function isSettingsOperation(operation: Values['operation']): operation is SettingsOperation {
	return OPERATIONS.has(operation);
}

/** Runs one operation. One document, or one for each row of a list. Throws `CreditError`. */
export async function runSettings(values: SettingsValues, asked: Asked): Promise<Document[]> {
	const { operation } = values;
	switch (operation) {
		case 'setBudget':
		case 'removeBudget':
		case 'listBudgets':
		case 'setFloor':
		case 'removeFloor':
		case 'listFloors':
			return runLimits({ ...values, operation }, asked);
		case 'setText':
		case 'removeText':
		case 'showText':
		case 'listTexts':
			return runTexts({ ...values, operation }, asked);
		case 'refund':
			return [await refund(values, asked)];
		case 'void':
			return [await voidGrant(values, asked)];
		case 'promote':
			return [await promote(asked)];
		case 'setMode':
			return [await setMode(values, asked)];
		case 'setAlerts':
			return [await setAlerts(values, asked)];
		case 'showAlerts': {
			const { account } = await asked.ledger.balance();
			return [{ account: account.id, warnsOf: { ...account.settings.alerts } }];
		}
		default:
			return operation satisfies never;
	}
}

type LimitOperation = Extract<SettingsOperation, `${string}Budget` | `${string}Floor` | 'listBudgets' | 'listFloors'>;

async function runLimits(values: Values & { readonly operation: LimitOperation }, { ledger, key }: Asked): Promise<Document[]> {
	const { operation } = values;
	switch (operation) {
		case 'setBudget': {
			const value = values.budgetScope === 'account' || values.budgetValue === '' ? null : values.budgetValue;
			const limitMicro = parseCredits(values.budgetCredits, { field: 'Budget Credits' });
			const budget = { name: values.budgetName, scope: values.budgetScope, value, period: values.budgetPeriod, limitMicro };
			const outcome = await ledger.setBudget({ ...budget, key });
			return [settingDocument(outcome, budgetSetDocument(budget, outcome.counted))];
		}
		case 'setFloor': {
			const floorMicro = parseCredits(values.floorCredits, { field: 'Credits Kept Back' });
			const exempt = valuesIn(values.floorExempt, 'May Go Below');
			const floor = { name: values.floorName, label: values.floorLabel, exempt, floorMicro };
			return [settingDocument(await ledger.setFloor({ ...floor, key }), { floor: floorDocument(floor) })];
		}
		case 'removeBudget':
			return [await removeLimit({ limit: 'budget', name: values.budgetName }, { ledger, key })];
		case 'removeFloor':
			return [await removeLimit({ limit: 'floor', name: values.floorName }, { ledger, key })];
		case 'listBudgets': {
			const { uses } = await budgetUses(ledger.reading, { accountId: ledger.accountId });
			return uses.map((use) => budgetDocument(use, LISTED_VALUES));
		}
		case 'listFloors': {
			const { account } = await ledger.balance();
			return (await floorsWithNames(ledger.reading, account.id, account.settings.floors)).map(floorDocument);
		}
		default:
			return operation satisfies never;
	}
}

async function removeLimit(
	which: { readonly limit: 'budget' | 'floor'; readonly name: string },
	{ ledger, key }: Asked,
): Promise<Document> {
	const { limit, name } = which;
	return settingDocument(await ledger.removeLimit({ limit, name, key }), { removed: { kind: limit, name } });
}

/** What was set, in which account, whether limits are enforced there, and whether it had been set before under the same key. */
function settingDocument({ account, isReplayed }: OutcomeOf<'account'>, what: Document): Document {
	return { account: account.id, ...what, mode: account.settings.enforcement, replayed: isReplayed };
}

type TextOperation = Extract<SettingsOperation, `${string}Text` | 'listTexts'>;

async function runTexts(values: Values & { readonly operation: TextOperation }, { ledger, key }: Asked): Promise<Document[]> {
	const { operation } = values;
	const name = values.textName.trim();
	switch (operation) {
		case 'setText': {
			const { account, isReplayed } = await ledger.changeProfile({ kind: 'set_text', key, name, text: values.text });
			const text = account.settings.texts.find((known) => known.name === name) ?? { name };
			return [{ account: account.id, text, replayed: isReplayed }];
		}
		case 'removeText': {
			const { account, isReplayed } = await ledger.changeProfile({ kind: 'remove_text', key, name });
			return [{ account: account.id, removed: { kind: 'text', name }, replayed: isReplayed }];
		}
		case 'showText': {
			const { account, texts } = await ledger.profile.read();
			const text = texts.get(name);
			if (text !== undefined) return [{ account: account.id, name, text }];
			const known = account.settings.texts.map((each) => each.name).join(', ') || 'none';
			throw new CreditError(
				'invalid_argument',
				`Text Name is ${JSON.stringify(name)}, and the account has no such text. It has: ${known}.`,
			);
		}
		case 'listTexts':
			return (await ledger.profile.read()).account.settings.texts.map((text) => ({ ...text }));
		default:
			return operation satisfies never;
	}
}

async function refund(values: Values, { ledger, key }: Asked): Promise<Document> {
	const found = 'it is in llmCredits.holdId of the item';
	const holdSeq = requiredNumberInId(values.holdId, { field: 'Call', letter: 'h', found });
	const given = values.refundCredits.trim();
	const amountMicro = given === '' ? null : parseCredits(given, { field: 'Credits to Refund', min: 1n });
	const refunded = await ledger.refund({ holdSeq, amountMicro, renews: values.renew, key });
	return { account: ledger.accountId, hold: holdId(holdSeq), ...refundDocument(refunded, ledger.timing.clock()) };
}

async function voidGrant(values: Values, { ledger, key }: Asked): Promise<Document> {
	const grantSeq = requiredNumberInId(values.grantId, { field: 'Grant', letter: 'g', found: 'Get Balance lists them' });
	const { grant, availableMicro, isReplayed } = await ledger.voidGrant({ grantSeq, key });
	const nowMs = ledger.timing.clock();
	return { account: ledger.accountId, ...grantedDocument(grant, { availableMicro, isReplayed, nowMs }) };
}

/** An offer that is not given is an answer: a flow that asks for it each day goes on. */
async function promote({ ledger, key }: Asked): Promise<Document> {
	const { account } = await ledger.balance();
	const outcome = await ledger.claimPromotion({ promotion: introductoryOffer(account.timeZone), key });
	if (outcome.kind === 'granted') {
		const { grant, availableMicro, isReplayed } = outcome;
		return { account: account.id, granted: true, ...grantedDocument(grant, { availableMicro, isReplayed, nowMs: grant.effectiveAtMs }) };
	}
	const { message, mend } = NOT_OFFERED[outcome.reason];
	const available = formatCredits(outcome.availableMicro);
	return { account: account.id, granted: false, reason: outcome.reason, message: `${message} ${mend}`, available };
}

async function setMode({ enforcement }: Values, { ledger, key }: Asked): Promise<Document> {
	const { isReplayed } = await ledger.setEnforcement({ enforcement, key });
	const { account, overdraftMicro } = await ledger.balance();
	return modeDocument({ account, overdraftMicro, isReplayed });
}

/** Whether limits are enforced now, and what is overdrawn. */
export function modeDocument({
	account,
	overdraftMicro,
	isReplayed,
}: Pick<Awaited<ReturnType<LedgerAccount['balance']>>, 'account' | 'overdraftMicro'> & { readonly isReplayed: boolean }): Document {
	return { account: account.id, mode: account.settings.enforcement, overdraft: formatCredits(overdraftMicro), replayed: isReplayed };
}

async function setAlerts(values: Values, { ledger, key }: Asked): Promise<Document> {
	const low = numbersOrNothing(values.alertLow, 'Low At');
	const expiring = numbersOrNothing(values.alertExpiring, 'Expiring Before');
	const drift = numberOrNothing(values.alertDrift, 'Dearer By');
	if (low === null && expiring === null && drift === null)
		throw new CreditError('invalid_argument', 'Low At, Expiring Before and Dearer By are empty. Fill in what is to be changed.');
	const { account: before } = await ledger.balance();
	const change = {
		...(low === null ? {} : { lowPercents: low }),
		...(expiring === null ? {} : { expiryDays: expiring }),
		...(drift === null ? {} : { driftPercent: drift }),
	};
	const { account, isReplayed } = await ledger.setAlerts({ ...before.settings.alerts, ...change, key });
	return { account: account.id, warnsOf: { ...account.settings.alerts }, replayed: isReplayed };
}
