import { openTestLedger } from '../support/ledger/sqlite-ledger';
import { describeBeside } from './beside-contract';
import { describePeople } from './people-contract';
import { describeStore } from './store-contract';

describeStore('SQLite', (clock) => openTestLedger({ clock }));
describeBeside('SQLite', (clock) => openTestLedger({ clock }));
describePeople('SQLite', (clock) => openTestLedger({ clock }));
