import { openMemoryLedger } from '../../lib/ledger/memory/store';
import { describeBeside } from './beside-contract';
import { describePeople } from './people-contract';
import { describeStore } from './store-contract';

describeStore('memory', (clock) => Promise.resolve(openMemoryLedger({ clock })));
describeBeside('memory', (clock) => Promise.resolve(openMemoryLedger({ clock })));
describePeople('memory', (clock) => Promise.resolve(openMemoryLedger({ clock })));
