//! Builds the program of threads: a shared memory that the host passes in, and libgranary-threads.a.
const std = @import("std");

pub fn build(b: *std.Build) void {
    const program = b.addExecutable(.{
        .name = "threads",
        .root_module = b.createModule(.{
            .root_source_file = b.path("main.zig"),
            .target = b.resolveTargetQuery(.{
                .cpu_arch = .wasm32,
                .os_tag = .freestanding,
                .cpu_features_add = std.Target.wasm.featureSet(&.{ .atomics, .bulk_memory }),
            }),
            .optimize = b.standardOptimizeOption(.{}),
        }),
    });
    program.entry = .disabled;
    program.rdynamic = true;
    program.import_memory = true;
    program.shared_memory = true;
    program.max_memory = 1000 * 65536;
    // Each thread has a part of it, which the host gives it.
    program.stack_size = 4 * 65536;
    program.root_module.export_symbol_names = &.{ "__stack_pointer", "granary_verify" };
    const library = b.path("../../../dist/libgranary-threads.a");
    const granary = b.dependency("granary", .{ .library = library }).module("granary");
    program.root_module.addImport("granary", granary);
    b.installArtifact(program);
}
