"""The classroom in a browser: pages that ask the public interface and draw what it says."""
