// The instructions of EVM code, as the machine itself finds them: one after the other from the first byte,
// what a PUSH pushes skipped. A jump can only lead to an instruction of this walk, so what is not in it can
// never run, and data behind the code can at most add to it.

export const OPCODES = {
  PUSH0: 0x5f, SSTORE: 0x55, TSTORE: 0x5d, CREATE: 0xf0, CALL: 0xf1, CALLCODE: 0xf2,
  DELEGATECALL: 0xf4, CREATE2: 0xf5, STATICCALL: 0xfa, SELFDESTRUCT: 0xff,
};

const PUSH1 = 0x60;
const PUSH32 = 0x7f;

export function instructions(code) {
  const bytes = Buffer.from(code.slice(2), "hex");
  const found = [];
  for (let at = 0; at < bytes.length; at += 1) {
    const opcode = bytes[at];
    found.push(opcode);
    if (opcode >= PUSH1 && opcode <= PUSH32) at += opcode - PUSH1 + 1;
  }
  return found;
}

export const countOf = (code, name) => instructions(code).filter((opcode) => opcode === OPCODES[name]).length;
