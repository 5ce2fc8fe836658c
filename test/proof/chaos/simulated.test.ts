/** A thousand simulated campaigns on each store: the same as in `npm test`, until chance has had its say. */
import '../../property/chaos.test';
