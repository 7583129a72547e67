from __future__ import annotations

from typing import NewType

UserID = NewType("UserID", str)
ThreadID = NewType("ThreadID", str)
ConnectionID = NewType("ConnectionID", str)


def ensure_user_id(value: str | UserID) -> UserID:
    return UserID(str(value))
