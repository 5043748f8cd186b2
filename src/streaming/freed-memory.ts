/** Many blocks; more of it would be memory that 64 viewers at once then hold beyond their bound. */
const LARGEST_FREED_BYTES = 8 * 1024 * 1024;

/**
 * Has glibc keep freed buffers for the next ones instead of giving them back to the kernel, which then has to map and
 * clear every page anew: that cost a stream more processor time than all else together.
 *
 * The largest mapped block that was ever freed sets what it maps by itself, and twice that what it keeps (mallopt(3),
 * M_MMAP_THRESHOLD): so one large buffer is made, never touched, and left to the garbage collector. Costs up to
 * 16 MiB of resident memory in each arena; other allocators take no notice.
 */
export function keepFreedMemory(): void {
  Buffer.allocUnsafeSlow(LARGEST_FREED_BYTES);
}
