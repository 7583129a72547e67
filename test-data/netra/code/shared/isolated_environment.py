from __future__ import annotations
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeAlias
_Listener: TypeAlias = Callable[[str, str | None, str], None]

@dataclass
class ValidationResult:
    is_valid: bool
    errors: list[str]
    warnings: list[str]
    missing_optional: list[str]
    fallback_applied: list[str] | None = None
    suggestions: list[str] | None = None
    missing_optional_by_category: dict[str, list[str]] | None = None

class IsolatedEnvironment:
    PRESERVE_IN_OS_ENVIRON: ClassVar[set[str]]

    def __new__(cls) -> IsolatedEnvironment:
        return IsolatedEnvironment()

    def __init__(self) -> None:
        pass

    @classmethod
    def get_instance(cls) -> IsolatedEnvironment:
        return IsolatedEnvironment()

    def enable_isolation(self, backup_original: bool=True, refresh_vars: bool=True) -> None:
        pass

    def disable_isolation(self, restore_original: bool=False) -> None:
        pass

    def is_isolated(self) -> bool:
        return True

    def is_isolation_enabled(self) -> bool:
        return True

    def get(self, key: str, default: str | None=None) -> str | None:
        return None

    def set(self, key: str, value: str, source: str='unknown', force: bool=False) -> bool:
        return True

    def delete(self, key: str, source: str='unknown') -> bool:
        return True

    def exists(self, key: str) -> bool:
        return True

    def is_set(self, key: str) -> bool:
        return True

    def unset(self, key: str) -> None:
        pass

    def get_all(self) -> dict[str, str]:
        return {}

    def get_all_variables(self) -> dict[str, str]:
        return {}

    def as_dict(self) -> dict[str, str]:
        return {}

    def update(self, variables: dict[str, str], source: str='unknown', force: bool=False) -> dict[str, bool]:
        return {}

    def get_subprocess_env(self, additional_vars: dict[str, str] | None=None) -> dict[str, str]:
        return {}

    def clear(self, force_reset: bool=False) -> None:
        pass

    def reset(self) -> None:
        pass

    def reset_to_original(self) -> None:
        pass

    def clear_cache(self) -> None:
        pass

    def protect(self, key: str) -> None:
        pass

    def protect_variable(self, key: str) -> None:
        pass

    def unprotect_variable(self, key: str) -> None:
        pass

    def is_protected(self, key: str) -> bool:
        return True

    def get_variable_source(self, key: str) -> str | None:
        return None

    def add_change_callback(self, callback: _Listener) -> None:
        pass

    def remove_change_callback(self, callback: _Listener) -> None:
        pass

    def load_from_file(self, filepath: str | Path, source: str | None=None, override_existing: bool=True) -> tuple[int, list[str]]:
        return tuple[int, list[str]]()

    def get_changes_since_init(self) -> dict[str, tuple[str | None, str]]:
        return {}

    def get_all_with_prefix(self, prefix: str) -> dict[str, str]:
        return {}

    def get_environment_name(self) -> str:
        return ''

    def is_production(self) -> bool:
        return True

    def is_staging(self) -> bool:
        return True

    def is_development(self) -> bool:
        return True

    def is_test(self) -> bool:
        return True

    def validate_staging_database_credentials(self) -> dict[str, Any]:
        return {}

    def validate_all(self) -> ValidationResult:
        return ValidationResult()

    def get_debug_info(self) -> dict[str, Any]:
        return {}
IsolatedEnv = IsolatedEnvironment

class SecretLoader:

    def __init__(self, env_manager: IsolatedEnvironment | None=None) -> None:
        pass

    def load_secrets(self) -> bool:
        return True

    def get_secret(self, key: str, default: str | None=None) -> str | None:
        return None

    def set_secret(self, key: str, value: str, source: str='secret') -> bool:
        return True

class EnvironmentValidator:

    def __init__(self, enable_fallbacks: bool=True, development_mode: bool=True) -> None:
        pass

    def validate_all(self) -> ValidationResult:
        return ValidationResult()

    def validate_with_fallbacks(self) -> ValidationResult:
        return ValidationResult()

    def print_validation_summary(self, result: ValidationResult) -> None:
        pass

    def get_fix_suggestions(self, result: ValidationResult) -> list[str]:
        return []

def get_env() -> IsolatedEnvironment:
    return IsolatedEnvironment()

def setenv(key: str, value: str, source: str='unknown') -> bool:
    return True

def getenv(key: str, default: str | None=None) -> str | None:
    return None

def delenv(key: str) -> bool:
    return True

def get_subprocess_env(additional_vars: dict[str, str] | None=None) -> dict[str, str]:
    return {}

def load_secrets() -> bool:
    return True

def get_environment_manager(isolation_mode: bool | None=None) -> IsolatedEnvironment:
    return IsolatedEnvironment()
