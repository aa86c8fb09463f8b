//! Builds the example: `zig build` leaves zig-out/bin/main.wasm.
const std = @import("std");

pub fn build(b: *std.Build) void {
    const program = b.addExecutable(.{
        .name = "main",
        .root_module = b.createModule(.{
            .root_source_file = b.path("main.zig"),
            .target = b.resolveTargetQuery(.{ .cpu_arch = .wasm32, .os_tag = .freestanding }),
            .optimize = b.standardOptimizeOption(.{}),
        }),
    });
    program.entry = .disabled;
    program.rdynamic = true;
    program.root_module.addImport("granary", b.dependency("granary", .{}).module("granary"));
    b.installArtifact(program);
}
