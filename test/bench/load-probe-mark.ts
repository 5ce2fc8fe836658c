/** Owns what begins each line that the probe prints; apart from it, because loading the probe starts it. */
export const PROBE_MARK = 'llm-credits-load ';
