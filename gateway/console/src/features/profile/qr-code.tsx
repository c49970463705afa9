/** A QR code, drawn here: what it says does not leave the browser. */
import qrcode from "qrcode-generator";
import { useMemo } from "react";

const MARGIN = 4;

export function QrCode({ content, label }: { content: string; label: string }) {
  const { size, path } = useMemo(() => drawn(content), [content]);
  return (
    <svg viewBox={`0 0 ${size} ${size}`} width={200} height={200} role="img" aria-label={label}>
      <rect width={size} height={size} fill="white" />
      <path d={path} fill="black" shapeRendering="crispEdges" />
    </svg>
  );
}

function drawn(content: string): { size: number; path: string } {
  const code = qrcode(0, "M");
  code.addData(content);
  code.make();
  const count = code.getModuleCount();
  const places = [...Array(count).keys()];
  const dark = places.flatMap((row) =>
    places.filter((column) => code.isDark(row, column)).map((column) => `M${column + MARGIN} ${row + MARGIN}h1v1h-1z`),
  );
  return { size: count + 2 * MARGIN, path: dark.join("") };
}
