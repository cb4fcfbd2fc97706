//! What is fuzzed: one function a target, each a panic away from a finding. `fuzz_targets/` gives them to libFuzzer;
//! `tests/all/fuzzed.rs` plays the kept corpus through the same functions with every test run.
pub mod api;
pub mod flow;
pub mod frame;
pub mod pipes;
pub mod resume;
pub mod template;
pub mod yaml;

/// Does something with any bytes.
pub type Target = fn(&[u8]);

/// All targets, by their names in `fuzz_targets/` and `corpus/`.
pub const TARGETS: [(&str, Target); 6] = [
    ("api", api::run),
    ("flow", flow::run),
    ("frame", frame::run),
    ("resume", resume::run),
    ("template", template::run),
    ("yaml", yaml::run),
];
