from contextlib import AbstractAsyncContextManager

def get_llm_client(
    llm_manager: object, with_retry: bool = False
) -> AbstractAsyncContextManager[object]: ...
