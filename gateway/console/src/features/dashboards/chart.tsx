/** Draws a grid of figures. Loaded only where something is drawn. */
import { useComputedColorScheme } from "@mantine/core";
import { useReducedMotion } from "@mantine/hooks";
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import type { Grid, Point } from "./series";

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

const HEIGHT = 280;
const BAR_PX = 26;
/** Bars that have their figure beside them. */
const MOST_FIGURES = 16;
/** Told apart by people who do not see red and green differently (Okabe and Ito). */
const COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442"];
const INKS = {
  light: { text: "#343a40", line: "#dee2e6", ground: "#ffffff" },
  dark: { text: "#c9c9c9", line: "#424242", ground: "#242424" },
};

type Props = {
  kind: string;
  grid: Grid;
  title: string;
  labelOf: (label: string) => string;
  format: (value: number) => string;
  onSelect: (point: Point) => void;
  /** Gets what makes a picture (PNG, as a data address) of the chart. */
  onReady: (picture: () => string) => void;
};

export default function Chart({ kind, grid, title, labelOf, format, onSelect, onReady }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const scheme = useComputedColorScheme("light");
  const still = useReducedMotion();
  const lying = kind === "bar" && grid.rows.length > 4;
  const height = lying ? Math.max(HEIGHT, grid.rows.length * BAR_PX + 60) : HEIGHT;

  useEffect(() => {
    const drawn = init(place.current);
    chart.current = drawn;
    const observer = new ResizeObserver(() => drawn.resize());
    if (place.current) observer.observe(place.current);
    return () => {
      observer.disconnect();
      drawn.dispose();
    };
  }, []);

  useEffect(() => {
    const ink = INKS[scheme];
    onReady(() => chart.current?.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: ink.ground }) ?? "");
    chart.current?.setOption({ ...optionOf(kind, lying, grid, labelOf, format, ink), animation: !still }, true);
    chart.current?.resize();
  }, [kind, lying, grid, labelOf, format, scheme, still, onReady]);

  useEffect(() => {
    const drawn = chart.current;
    const onClick = ({ dataIndex, seriesIndex = 0 }: { dataIndex: number; seriesIndex?: number }) => {
      const point = grid.rows[dataIndex]?.cells[seriesIndex];
      if (point) onSelect(point);
    };
    drawn?.on("click", onClick as never);
    return () => {
      if (!drawn?.isDisposed()) drawn?.off("click", onClick as never);
    };
  }, [grid, onSelect]);

  return <div ref={place} role="img" aria-label={title} style={{ height, width: "100%" }} />;
}

type Ink = (typeof INKS)["light"];

function optionOf(
  kind: string,
  lying: boolean,
  grid: Grid,
  labelOf: Props["labelOf"],
  format: Props["format"],
  ink: Ink,
): object {
  const labels = grid.rows.map(({ label }) => labelOf(label));
  const figureOf = (point: Point | null | undefined) => (point ? Number(point.value) : null);
  const names = {
    type: "category",
    data: labels,
    inverse: lying,
    axisLabel: { color: ink.text, width: 150, overflow: "truncate" },
    axisLine: { lineStyle: { color: ink.line } },
  };
  const values = {
    type: "value",
    axisLabel: { color: ink.text, formatter: format, hideOverlap: true },
    splitLine: { lineStyle: { color: ink.line } },
  };
  const alone = grid.series.length === 1 && grid.rows.length <= MOST_FIGURES;
  return {
    color: COLOURS,
    textStyle: { color: ink.text, fontFamily: getComputedStyle(document.body).fontFamily },
    // Drawn on the canvas: markup with styles is forbidden on our pages.
    tooltip: {
      trigger: kind === "line" ? "axis" : "item",
      renderMode: "richText",
      confine: true,
      valueFormatter: (value: number | null) => (value == null ? "—" : format(value)),
    },
    grid: {
      left: 8,
      right: lying && alone ? 72 : 24,
      top: grid.series.length > 1 ? 36 : 24,
      bottom: 8,
      containLabel: true,
    },
    legend: grid.series.length > 1 ? { top: 0, textStyle: { color: ink.text } } : undefined,
    xAxis: lying ? values : names,
    yAxis: lying ? names : values,
    series: grid.series.map((name, index) => ({
      type: kind === "line" ? "line" : "bar",
      name: labelOf(name),
      data: grid.rows.map(({ cells }) => figureOf(cells[index])),
      barMaxWidth: 28,
      label: {
        show: kind === "bar" && alone,
        position: lying ? "right" : "top",
        color: ink.text,
        formatter: ({ value }: { value: number | null }) => (value == null ? "" : format(value)),
      },
      cursor: "pointer",
      connectNulls: false,
      symbolSize: 7,
    })),
  };
}
