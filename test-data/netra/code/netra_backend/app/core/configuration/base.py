from __future__ import annotations

from typing import Any


class AppConfig:
    environment: str
    database_url: str | None
    redis_url: str | None


class UnifiedConfigManager:
    def __init__(self) -> None:
        pass

    def get_config(self, key: str | None = None, default: object | None = None) -> AppConfig:
        return AppConfig()

    def reload_config(self, force: bool = False) -> AppConfig:
        return AppConfig()

    def validate_config_integrity(self) -> bool:
        return True

    def get_environment_name(self) -> str:
        return ""

    def is_production(self) -> bool:
        return True

    def is_development(self) -> bool:
        return True

    def is_testing(self) -> bool:
        return True

    def get_config_value(self, key: str, default: object | None = None) -> object:
        return None

    def set_config_value(self, key: str, value: object) -> None:
        pass

    def get(self, key: str, default: object | None = None) -> object:
        return None

    def get_database_config(self) -> dict[str, Any]:
        return {}

    def get_auth_config(self) -> dict[str, Any]:
        return {}

    def get_redis_config(self) -> dict[str, Any]:
        return {}

    def get_environment(self) -> str:
        return ""


def get_unified_config() -> AppConfig:
    return AppConfig()


def get_config() -> AppConfig:
    return AppConfig()


def reload_unified_config(force: bool = False) -> AppConfig:
    return AppConfig()


def validate_config_integrity() -> tuple[bool, list[str]]:
    return True, []


def get_environment() -> str:
    return ""


def get_config_value(key: str, default: object | None = None) -> object:
    return None


def set_config_value(key: str, value: object) -> None:
    pass
