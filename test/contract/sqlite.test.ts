import { openTestLedger } from '../support/sqlite-ledger';
import { describeStore } from './store-contract';

describeStore('SQLite', (clock) => openTestLedger({ clock }));
