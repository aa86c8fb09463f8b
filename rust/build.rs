//! Tells cargo where libgranary.a is: in the folder GRANARY_LIB_DIR, or in dist/ of the repository
//! that holds this package. A program with the target feature atomics gets libgranary-threads.a in its
//! place, as far as cargo tells of the feature. GRANARY_LIB=granary-checked names another library.

use std::path::Path;
use std::{env, process};

fn main() {
    println!("cargo:rerun-if-env-changed=GRANARY_LIB_DIR");
    println!("cargo:rerun-if-env-changed=GRANARY_LIB");
    let features = env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    let has_threads = features.split(',').any(|feature| feature == "atomics");
    let fitting = if has_threads {
        "granary-threads"
    } else {
        "granary"
    };
    let name = env::var("GRANARY_LIB").unwrap_or_else(|_| fitting.into());
    let folder = env::var("GRANARY_LIB_DIR")
        .unwrap_or_else(|_| env::var("CARGO_MANIFEST_DIR").unwrap() + "/../dist");
    let library = Path::new(&folder).join(format!("lib{name}.a"));
    println!("cargo:rerun-if-changed={}", library.display());
    if !library.is_file() {
        eprintln!(
            "granary: {} is not there: run `make` in the repository, or name its folder in GRANARY_LIB_DIR",
            library.display()
        );
        process::exit(1);
    }
    println!("cargo:rustc-link-search=native={folder}");
    println!("cargo:rustc-link-lib=static={name}");
}
