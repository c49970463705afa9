/** The version of the console's package. */
declare const __VERSION__: string;
