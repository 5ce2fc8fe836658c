/** Each operation of Credit Balance on the settings of an account, in both hosts from the saved form on: what it answers, and what is in the journal. */
import { expect } from 'chai';
import { SETTINGS_OPERATIONS } from '../../lib/params/credit-balance-settings';
import { seenOf, TRIED_NODES } from '../support/witnesses/host-witness-nodes';

type Operation = (typeof SETTINGS_OPERATIONS)[number]['value'];

interface Tried {
	readonly values: Readonly<Record<string, string>>;
	/** What the answer, or the error, shows. */
	readonly shows: RegExp;
	/** The kind of the entry; `null` for what writes none. */
	readonly entry: string | null;
}

const TRIED: Readonly<Record<Operation, Tried>> = {
	promote: { values: {}, shows: /"?granted"?: ?false/, entry: null },
	refund: { values: { holdId: 'h3', refundCredits: '5' }, shows: /"?amount"?: ?["']5["']/, entry: 'refunded' },
	void: { values: { grantId: 'g2' }, shows: /"?voided"?: ?["']50["']/, entry: 'grant_voided' },
	setBudget: { values: { budgetName: 'spring', budgetCredits: '4' }, shows: /"?budget"?: ?\{"?name"?: ?["']spring/, entry: 'budget_set' },
	removeBudget: { values: { budgetName: 'none' }, shows: /There is no budget/, entry: null },
	listBudgets: { values: {}, shows: /./, entry: null },
	setFloor: { values: { floorName: 'vip', floorExempt: 'vip' }, shows: /"?floor"?: ?\{"?name"?: ?["']vip/, entry: 'floor_set' },
	removeFloor: { values: { floorName: 'none' }, shows: /There is no floor/, entry: null },
	listFloors: { values: {}, shows: /./, entry: null },
	setMode: { values: { enforcement: 'shadow' }, shows: /"?mode"?: ?["']shadow/, entry: 'enforcement_set' },
	setAlerts: { values: { alertLow: '30' }, shows: /"?lowPercents"?: ?\[30\]/, entry: 'alerts_set' },
	showAlerts: { values: {}, shows: /"?lowPercents"?: ?\[20, ?5\]/, entry: null },
	setText: { values: { textName: 'brand_voice', text: 'Be kind' }, shows: /"?characters"?: ?7/, entry: 'text_set' },
	removeText: { values: { textName: 'none' }, shows: /There is no text/, entry: null },
	showText: { values: { textName: 'none' }, shows: /the account has no such text/, entry: null },
	listTexts: { values: {}, shows: /./, entry: null },
};

describe('Credit Balance on the settings of an account, in the hosts', function () {
	this.timeout(60_000);

	for (const host of ['n8n', 'Node-RED'] as const) {
		for (const { value: operation, label } of SETTINGS_OPERATIONS) {
			const { values, shows, entry } = TRIED[operation];
			it(`${label}, in ${host}`, async () => {
				const witness = { value: operation };
				const seen = await seenOf(host, TRIED_NODES.balance, { witness, values: { operation, ...values }, url: 'http://127.0.0.1:1' });
				expect(seen).to.match(shows);
				if (entry !== null) expect(seen).to.include(entry);
			});
		}
	}
});
