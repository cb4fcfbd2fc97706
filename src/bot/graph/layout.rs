//! Where boxes and arrows go: layers from top to bottom, every arrow in a lane of its own, no two boxes over each other.
//! Sizes in, places out; it knows nothing of flows.

/// Between two boxes side by side.
const BESIDE: f64 = 22.0;
/// Between two layers.
const BELOW: f64 = 20.0;
/// What a bare line takes of a layer.
const LANE: f64 = 10.0;
/// How often the order within the layers, then the places, are tried anew.
const ROUNDS: usize = 12;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    pub width: f64,
    pub height: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub fn middle(&self) -> f64 {
        self.x + self.width / 2.0
    }

    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }
}

/// An arrow that shall be drawn; `from` stands before `to`. The first arrow out of a box is its usual way.
#[derive(Clone, Copy, Debug)]
pub struct Arrow {
    pub from: usize,
    pub to: usize,
    /// The room that its words take.
    pub label: Option<Size>,
}

/// A drawn arrow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// Top and bottom of each straight part; curves join them.
    pub parts: Vec<(f64, f64, f64)>,
    pub label: Option<Rect>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    pub boxes: Vec<Rect>,
    pub lines: Vec<Line>,
    pub width: f64,
    pub height: f64,
}

/// A box, or the part of an arrow that passes a layer.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    layer: usize,
    size: Size,
    lane: bool,
    /// Cells that arrows connect have the same one.
    part: usize,
    x: f64,
}

#[derive(Default)]
struct Sheet {
    cells: Vec<Cell>,
    layers: Vec<Vec<usize>>,
    /// Neighbours above and below, with how much they want to stand in one line.
    above: Vec<Vec<(usize, f64)>>,
    below: Vec<Vec<(usize, f64)>>,
}

/// Lays out boxes and arrows. Arrows that do not lead from an earlier box to a later one are left out.
pub fn lay(boxes: &[Size], arrows: &[Arrow]) -> Layout {
    let mut sheet = Sheet::default();
    let layers = layers(boxes.len(), arrows);
    for (size, layer) in boxes.iter().zip(&layers) {
        sheet.cell(*layer, *size, false);
    }
    let chains: Vec<Vec<usize>> = arrows.iter().enumerate().map(|(i, a)| sheet.chain(a, pull(arrows, i))).collect();
    sheet.first_order(boxes.len());
    sheet.reorder();
    sheet.place();
    sheet.finish(boxes, arrows, &chains)
}

fn fits(boxes: usize, arrow: &Arrow) -> bool {
    arrow.from < arrow.to && arrow.to < boxes
}

/// How much an arrow wants to be straight: the usual way out of a box, most of all where it is also the first way into the next.
fn pull(arrows: &[Arrow], at: usize) -> f64 {
    let own = arrows[at];
    let usual = |a: &Arrow| arrows.iter().find(|b| b.from == a.from).is_some_and(|b| b.to == a.to);
    let first = arrows.iter().find(|a| a.to == own.to && usual(a)).is_some_and(|a| a.from == own.from);
    match (usual(&own), first) {
        (true, true) => 400.0,
        (true, false) => 2.0,
        _ => 1.0,
    }
}

/// The longest way from the top, two layers a step: the odd ones are for words.
fn layers(boxes: usize, arrows: &[Arrow]) -> Vec<usize> {
    let mut found = vec![0; boxes];
    let mut sorted: Vec<&Arrow> = arrows.iter().filter(|a| fits(boxes, a)).collect();
    sorted.sort_by_key(|a| a.from);
    for arrow in sorted {
        found[arrow.to] = found[arrow.to].max(found[arrow.from] + 2);
    }
    found
}

impl Sheet {
    fn cell(&mut self, layer: usize, size: Size, lane: bool) -> usize {
        self.cells.push(Cell { layer, size, lane, part: 0, x: 0.0 });
        self.above.push(vec![]);
        self.below.push(vec![]);
        if self.layers.len() <= layer {
            self.layers.resize(layer + 1, vec![]);
        }
        self.cells.len() - 1
    }

    /// The cells that an arrow goes through, its boxes included.
    fn chain(&mut self, arrow: &Arrow, pull: f64) -> Vec<usize> {
        // Boxes are the first cells; an arrow that does not fit has no way.
        let (Some(from), Some(to)) = (self.cells.get(arrow.from), self.cells.get(arrow.to)) else { return vec![] };
        let (first, last) = (from.layer, to.layer);
        if arrow.from >= arrow.to {
            return vec![];
        }
        let mut cells = vec![arrow.from];
        for layer in first + 1..last {
            let words = arrow.label.filter(|_| layer == first + 1);
            let size = words.unwrap_or(Size { width: LANE, height: 0.0 });
            cells.push(self.cell(layer, size, true));
        }
        cells.push(arrow.to);
        for pair in cells.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let both = self.cells[a].lane && self.cells[b].lane;
            let pull = if both { 6.0 * pull } else { pull };
            self.below[a].push((b, pull));
            self.above[b].push((a, pull));
        }
        cells
    }

    /// The usual way first, so that it stands on the left and all else to its right.
    fn first_order(&mut self, boxes: usize) {
        self.connect();
        let mut seen = vec![false; self.cells.len()];
        for root in 0..boxes {
            let mut open = vec![root];
            while let Some(cell) = open.pop() {
                if std::mem::replace(&mut seen[cell], true) {
                    continue;
                }
                let layer = self.cells[cell].layer;
                self.layers[layer].push(cell);
                open.extend(self.below[cell].iter().rev().map(|(next, _)| *next));
            }
        }
    }

    /// Tells apart what no arrow connects.
    fn connect(&mut self) {
        for cell in 0..self.cells.len() {
            let mut open = if self.cells[cell].part == 0 { vec![cell] } else { vec![] };
            while let Some(at) = open.pop() {
                if self.cells[at].part == 0 {
                    self.cells[at].part = cell + 1;
                    open.extend(self.above[at].iter().chain(&self.below[at]).map(|(next, _)| *next));
                }
            }
        }
    }

    /// Orders each layer by where its neighbours stand; keeps the order with the fewest crossings.
    fn reorder(&mut self) {
        let mut best = (self.crossings(), self.layers.clone());
        for round in 0..ROUNDS {
            let down = round % 2 == 0;
            for step in 0..self.layers.len() {
                let layer = if down { step } else { self.layers.len() - 1 - step };
                self.sort_layer(layer, down);
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.layers.clone());
            }
        }
        self.layers = best.1;
    }

    fn sort_layer(&mut self, layer: usize, down: bool) {
        let rank = self.ranks();
        let key = |cell: usize| {
            let near = if down { &self.above[cell] } else { &self.below[cell] };
            let sum: f64 = near.iter().map(|(n, _)| rank[*n]).sum();
            if near.is_empty() { rank[cell] } else { sum / count(near.len()) }
        };
        let mut sorted: Vec<(usize, f64, usize)> =
            self.layers[layer].iter().map(|c| (self.cells[*c].part, key(*c), *c)).collect();
        sorted.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        self.layers[layer] = sorted.into_iter().map(|(.., c)| c).collect();
    }

    fn ranks(&self) -> Vec<f64> {
        let mut rank = vec![0.0; self.cells.len()];
        for layer in &self.layers {
            layer.iter().enumerate().for_each(|(i, cell)| rank[*cell] = count(i));
        }
        rank
    }

    fn crossings(&self) -> usize {
        let rank = self.ranks();
        let mut found = 0;
        for layer in &self.layers {
            let ways: Vec<(f64, f64)> =
                layer.iter().flat_map(|c| self.below[*c].iter().map(|(n, _)| (rank[*c], rank[*n]))).collect();
            for (i, a) in ways.iter().enumerate() {
                found += ways.iter().skip(i + 1).filter(|b| (a.0 - b.0) * (a.1 - b.1) < 0.0).count();
            }
        }
        found
    }

    /// Pulls each cell to its neighbours, as far as the order and the room allow; then sets the parts side by side.
    fn place(&mut self) {
        let mut parts: Vec<usize> = self.cells.iter().map(|c| c.part).collect();
        parts.sort_unstable();
        parts.dedup();
        let mut taken: Vec<f64> = vec![f64::NEG_INFINITY; self.layers.len()];
        for part in parts {
            let layers: Vec<Vec<usize>> = self
                .layers
                .iter()
                .map(|l| l.iter().copied().filter(|c| self.cells[*c].part == part).collect())
                .collect();
            self.pull_together(&layers);
            self.beside(&layers, &mut taken);
        }
    }

    fn pull_together(&mut self, layers: &[Vec<usize>]) {
        for layer in layers {
            self.settle(layer, |_, _| None);
        }
        for round in 0..ROUNDS * 4 {
            for step in 0..layers.len() {
                let layer = if round % 2 == 0 { step } else { layers.len() - 1 - step };
                self.settle(&layers[layer], |sheet, cell| sheet.wish(cell, true));
            }
        }
        // The last word have the boxes above: the usual way is straight, all else beside it.
        for layer in layers {
            self.settle(layer, |sheet, cell| sheet.wish(cell, false));
        }
    }

    /// As far left as the parts before leave room.
    fn beside(&mut self, layers: &[Vec<usize>], taken: &mut [f64]) {
        let edge = |sheet: &Self, cell: &usize, side: f64| {
            let own = sheet.cells[*cell];
            own.x + side * own.size.width / 2.0
        };
        let needed =
            layers.iter().zip(taken.iter()).filter_map(|(l, t)| Some(t + BESIDE - edge(self, l.first()?, -1.0)));
        let shift = needed.fold(f64::NEG_INFINITY, f64::max);
        for (layer, taken) in layers.iter().zip(taken) {
            for cell in layer {
                self.cells[*cell].x += if shift.is_finite() { shift } else { 0.0 };
            }
            *taken = layer.last().map_or(*taken, |c| edge(self, c, 1.0).max(*taken));
        }
    }

    /// Where a cell would like to stand, and how much.
    fn wish(&self, cell: usize, both: bool) -> Option<(f64, f64)> {
        let above = self.above[cell].iter();
        let near = || above.clone().chain(self.below[cell].iter().filter(|_| both || self.above[cell].is_empty()));
        let pull: f64 = near().map(|(_, p)| p).sum();
        (pull > 0.0).then(|| (near().map(|(n, p)| self.cells[*n].x * p).sum::<f64>() / pull, pull))
    }

    /// Least moved, weighted, under the order of the layer: neighbours that would overlap are merged into one block.
    fn settle(&mut self, layer: &[usize], wish: impl Fn(&Self, usize) -> Option<(f64, f64)>) {
        let mut offset = 0.0;
        let mut offsets = Vec::new();
        // Place of the block, its weight, how many cells it has.
        let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
        let mut before: Option<Cell> = None;
        for cell in layer {
            let own = self.cells[*cell];
            if let Some(left) = before {
                offset += (left.size.width + own.size.width) / 2.0 + BESIDE;
            }
            before = Some(own);
            offsets.push(offset);
            let (x, weight) = wish(self, *cell).unwrap_or((own.x, 0.01));
            blocks.push((x - offset, weight, 1));
            while let [.., a, b] = blocks.as_slice()
                && a.0 > b.0
            {
                let weight = a.1 + b.1;
                let merged = ((a.0 * a.1 + b.0 * b.1) / weight, weight, a.2 + b.2);
                blocks.truncate(blocks.len() - 2);
                blocks.push(merged);
            }
        }
        let places = blocks.iter().flat_map(|(x, _, n)| std::iter::repeat_n(*x, *n));
        for ((cell, offset), x) in layer.iter().zip(&offsets).zip(places) {
            self.cells[*cell].x = x + offset;
        }
    }

    fn finish(&self, boxes: &[Size], arrows: &[Arrow], chains: &[Vec<usize>]) -> Layout {
        let left = self.cells.iter().map(|c| c.x - c.size.width / 2.0).fold(f64::INFINITY, f64::min);
        let right = self.cells.iter().map(|c| c.x + c.size.width / 2.0).fold(f64::NEG_INFINITY, f64::max);
        let mut tops = Vec::new();
        let mut y = 0.0;
        for layer in &self.layers {
            let height = layer.iter().map(|c| self.cells[*c].size.height).fold(0.0, f64::max);
            tops.push((y, y + height));
            y += height + BELOW;
        }
        let rect = |cell: &Cell| {
            let (top, bottom) = tops[cell.layer];
            let Size { width, height } = cell.size;
            // Words stand in the middle of their layer, boxes at its top.
            let y = if cell.lane { (top + bottom - height) / 2.0 } else { top };
            Rect { x: cell.x - left - width / 2.0, y, width, height }
        };
        let rects: Vec<Rect> = self.cells.iter().map(rect).collect();
        let line = |(arrow, chain): (&Arrow, &Vec<usize>)| {
            let mut line = Line::default();
            for (i, at) in chain.iter().enumerate() {
                let (top, bottom) = tops[self.cells[*at].layer];
                let x = |other: Option<&usize>| other.map_or(0.0, |o| port(&rects[*at], rects[*o].middle()));
                line.parts.push(match i {
                    0 => (x(chain.get(1)), rects[*at].bottom(), bottom),
                    _ if i + 1 == chain.len() => (x(chain.get(i - 1)), top, top),
                    _ => (rects[*at].middle(), top, bottom),
                });
            }
            line.label = arrow.label.and_then(|_| Some(rects[*chain.get(1)?]));
            line
        };
        let lines = arrows.iter().zip(chains).map(line).collect();
        let (width, height) = if boxes.is_empty() { (0.0, 0.0) } else { (right - left, y - BELOW) };
        Layout { boxes: rects.into_iter().take(boxes.len()).collect(), lines, width, height }
    }
}

/// Where a line that comes from or goes to `x` touches a box.
fn port(rect: &Rect, x: f64) -> f64 {
    let reach = (rect.width / 2.0 - 18.0).max(0.0);
    x.clamp(rect.middle() - reach, rect.middle() + reach)
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}
