/** Grows when the rules of the policy change, so that what was approved under other rules is asked anew. */
export const policyRevision = 3;
