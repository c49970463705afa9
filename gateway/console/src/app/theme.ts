/** Colours that can be read by everybody: text has a contrast of 4.5 to 1 or more in both schemes (WCAG 2.2 AA). */
import { type CSSVariablesResolver, createTheme } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "cyan",
  primaryShade: { light: 9, dark: 9 },
  defaultRadius: "md",
  cursorType: "pointer",
  fontFamily: "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  respectReducedMotion: true,
  components: {
    // A menu begins with its first entry; the library's own beginning is none that a menu may have.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    // A wide table that holds nothing to press is scrolled with the keyboard too.
    TableScrollContainer: { defaultProps: { scrollAreaProps: { viewportProps: { tabIndex: 0 } } } },
  },
});

/** The library's own greys and tinted texts are too pale. */
export const variables: CSSVariablesResolver = ({ colors }) => {
  const tinted = (text: (colour: string) => string) =>
    Object.fromEntries(Object.keys(colors).map((name) => [`--mantine-color-${name}-light-color`, text(name)]));
  return {
    variables: {},
    light: {
      "--mantine-color-dimmed": "var(--mantine-color-gray-7)",
      "--mantine-color-placeholder": "var(--mantine-color-gray-7)",
      "--mantine-color-error": "var(--mantine-color-red-9)",
      ...tinted((name) => `color-mix(in srgb, var(--mantine-color-${name}-9) 75%, black)`),
    },
    dark: {
      "--mantine-color-dimmed": "var(--mantine-color-dark-1)",
      "--mantine-color-placeholder": "var(--mantine-color-dark-1)",
      "--mantine-color-error": "var(--mantine-color-red-4)",
      ...tinted((name) => `var(--mantine-color-${name}-2)`),
    },
  };
};
