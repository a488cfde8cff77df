// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// What the test tokens share: balances that anyone can add to. How `transfer` moves them, and what it
/// answers, is each token's own.
abstract contract Ledger {
    event Transfer(address indexed from, address indexed to, uint256 amount);

    mapping(address account => uint256) public balanceOf;
    uint256 public totalSupply;

    function mint(address to, uint256 amount) external {
        totalSupply += amount;
        balanceOf[to] += amount;
        emit Transfer(address(0), to, amount);
    }

    function _move(address from, address to, uint256 amount) internal {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
        emit Transfer(from, to, amount);
    }
}
