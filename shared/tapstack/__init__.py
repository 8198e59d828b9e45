"""What programs import (`program`, `contracts`, `layers`, `account_names`), and the tools that deploy and operate."""
