/** Chains whose contracts' addresses are not those of EIP-1014: Solana, Tron, and those of the ZK Stack. */
const OTHER_CREATE2 = [232, 300, 324, 388, 2741, 11_124, 50_104, 61_166, 728_126_428, 792_703_809];

/** True if deposit addresses work on the chain. Money that is sent to one elsewhere is lost. */
export function hasForwarders(chain: number): boolean {
  return !OTHER_CREATE2.includes(chain);
}
