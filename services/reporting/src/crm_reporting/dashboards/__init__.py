"""The dashboards: sales, marketing, support, executive."""
