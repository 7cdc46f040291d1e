from django.apps import AppConfig


class BuyReadinessConfig(AppConfig):
    name = "buyreadiness"
    verbose_name = "BuyReadiness"

    def ready(self) -> None:
        from buyreadiness import receivers  # noqa: F401, PLC0415 -- app ready
        from buyreadiness.translations import compile_stale  # noqa: PLC0415 -- app ready

        compile_stale()
