//! Tells cargo which of Granary's libraries to link and where it is: in the folder GRANARY_LIB_DIR, in
//! lib/ of the package, or in dist/ of the repository that holds this one. The target decides which one;
//! GRANARY_LIB names another, such as granary-checked.

use std::path::Path;
use std::process::Command;
use std::{env, process};

fn main() {
    println!("cargo:rerun-if-env-changed=GRANARY_LIB_DIR");
    println!("cargo:rerun-if-env-changed=GRANARY_LIB");
    warn_of_missing_linker_settings();
    let name = env::var("GRANARY_LIB").unwrap_or_else(|_| fitting_library().into());
    let folder = env::var("GRANARY_LIB_DIR").unwrap_or_else(|_| folder_of_libraries());
    let library = Path::new(&folder).join(format!("lib{name}.a"));
    println!("cargo:rerun-if-changed={}", library.display());
    if !library.is_file() {
        eprintln!(
            "granary: {} is not there: run `make` in the repository, or name a library in GRANARY_LIB and its \
             folder in GRANARY_LIB_DIR",
            library.display()
        );
        process::exit(1);
    }
    println!("cargo:rustc-link-search=native={folder}");
    println!("cargo:rustc-link-lib=static={name}");
}

/// A package that was released holds the libraries.
fn folder_of_libraries() -> String {
    let package = env::var("CARGO_MANIFEST_DIR").unwrap();
    let own = package.clone() + "/lib";
    if Path::new(&own).is_dir() {
        own
    } else {
        package + "/../dist"
    }
}

fn fitting_library() -> &'static str {
    // Only a nightly compiler tells cargo of the feature; the targets with threads always have it.
    let features = env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    let has_feature = features.split(',').any(|feature| feature == "atomics");
    if has_feature || env::var("TARGET").unwrap().ends_with("-threads") {
        "granary-threads"
    } else if env::var("CARGO_CFG_TARGET_OS").unwrap() == "emscripten" {
        "granary-emscripten"
    } else {
        "granary"
    }
}

/// The libraries of Rust 1.63, which Debian 12 has, hold their metadata in a form of which later
/// linkers warn, and for wasm32-unknown-unknown rustc makes errors of the linker's warnings.
fn warn_of_missing_linker_settings() {
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let has_own_linker = env::var_os("RUSTC_LINKER").is_some();
    if has_own_linker && !flags.contains("--no-fatal-warnings") && version().starts_with("rustc 1.63.") {
        println!(
            "cargo:warning=granary: if the linker says \"archive member 'lib.rmeta' is neither Wasm object \
             file nor LLVM bitcode\", add RUSTFLAGS=\"-C link-arg=--no-fatal-warnings\""
        );
    }
}

fn version() -> String {
    let output = Command::new(env::var_os("RUSTC").unwrap())
        .arg("--version")
        .output();
    output.map_or_else(|_| String::new(), |it| String::from_utf8_lossy(&it.stdout).into())
}
