from __future__ import annotations

import os
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
    PRESERVE_IN_OS_ENVIRON: ClassVar[set[str]] = {"PATH"}
    _instance: ClassVar[IsolatedEnvironment | None] = None
    _values: dict[str, str]
    _listeners: list[_Listener]

    def __new__(cls) -> IsolatedEnvironment:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
            cls._instance._values = {}
            cls._instance._listeners = []
        return cls._instance

    def __init__(self) -> None:
        pass

    @classmethod
    def get_instance(cls) -> IsolatedEnvironment:
        return cls()

    def enable_isolation(self, backup_original: bool = True, refresh_vars: bool = True) -> None:
        pass

    def disable_isolation(self, restore_original: bool = False) -> None:
        pass

    def is_isolated(self) -> bool:
        return True

    def is_isolation_enabled(self) -> bool:
        return True

    def get(self, key: str, default: str | None = None) -> str | None:
        return self._values.get(key, os.environ.get(key, default))

    def set(self, key: str, value: str, source: str = "unknown", force: bool = False) -> bool:
        before = self._values.get(key)
        self._values[key] = value
        for listener in self._listeners:
            listener(key, before, value)
        return True

    def delete(self, key: str, source: str = "unknown") -> bool:
        return self._values.pop(key, None) is not None

    def exists(self, key: str) -> bool:
        return self.get(key) is not None

    def is_set(self, key: str) -> bool:
        return self.exists(key)

    def unset(self, key: str) -> None:
        pass

    def get_all(self) -> dict[str, str]:
        return {**os.environ, **self._values}

    def get_all_variables(self) -> dict[str, str]:
        return self.get_all()

    def as_dict(self) -> dict[str, str]:
        return self.get_all()

    def update(
        self, variables: dict[str, str], source: str = "unknown", force: bool = False
    ) -> dict[str, bool]:
        return {key: self.set(key, value, source, force) for key, value in variables.items()}

    def get_subprocess_env(self, additional_vars: dict[str, str] | None = None) -> dict[str, str]:
        return {}

    def clear(self, force_reset: bool = False) -> None:
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
        self._listeners.append(callback)

    def remove_change_callback(self, callback: _Listener) -> None:
        self._listeners.remove(callback)

    def load_from_file(
        self, filepath: str | Path, source: str | None = None, override_existing: bool = True
    ) -> tuple[int, list[str]]:
        return 0, []

    def get_changes_since_init(self) -> dict[str, tuple[str | None, str]]:
        return {}

    def get_all_with_prefix(self, prefix: str) -> dict[str, str]:
        return {}

    def get_environment_name(self) -> str:
        return (self.get("ENVIRONMENT") or "development").lower()

    def is_production(self) -> bool:
        return self.get_environment_name() == "production"

    def is_staging(self) -> bool:
        return self.get_environment_name() == "staging"

    def is_development(self) -> bool:
        return self.get_environment_name() == "development"

    def is_test(self) -> bool:
        return self.get_environment_name() == "test"

    def validate_staging_database_credentials(self) -> dict[str, Any]:
        return {}

    def validate_all(self) -> ValidationResult:
        return ValidationResult(True, [], [], [])

    def get_debug_info(self) -> dict[str, Any]:
        return {}


IsolatedEnv = IsolatedEnvironment


class SecretLoader:
    def __init__(self, env_manager: IsolatedEnvironment | None = None) -> None:
        pass

    def load_secrets(self) -> bool:
        return True

    def get_secret(self, key: str, default: str | None = None) -> str | None:
        return None

    def set_secret(self, key: str, value: str, source: str = "secret") -> bool:
        return True


class EnvironmentValidator:
    def __init__(self, enable_fallbacks: bool = True, development_mode: bool = True) -> None:
        pass

    def validate_all(self) -> ValidationResult:
        return ValidationResult(True, [], [], [])

    def validate_with_fallbacks(self) -> ValidationResult:
        return ValidationResult(True, [], [], [])

    def print_validation_summary(self, result: ValidationResult) -> None:
        pass

    def get_fix_suggestions(self, result: ValidationResult) -> list[str]:
        return []


def get_env() -> IsolatedEnvironment:
    return IsolatedEnvironment()


def setenv(key: str, value: str, source: str = "unknown") -> bool:
    return get_env().set(key, value, source)


def getenv(key: str, default: str | None = None) -> str | None:
    return get_env().get(key, default)


def delenv(key: str) -> bool:
    return True


def get_subprocess_env(additional_vars: dict[str, str] | None = None) -> dict[str, str]:
    return {}


def load_secrets() -> bool:
    return True


def get_environment_manager(isolation_mode: bool | None = None) -> IsolatedEnvironment:
    return IsolatedEnvironment()
