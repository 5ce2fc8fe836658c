import { openMemoryLedger } from '../../lib/ledger/memory/store';
import { describeBeside } from './beside-contract';
import { describeStore } from './store-contract';

describeStore('memory', (clock) => Promise.resolve(openMemoryLedger({ clock })));
describeBeside('memory', (clock) => Promise.resolve(openMemoryLedger({ clock })));
