// One question about a folder of pictures, in parts. From the folder of this checkout:
//
//   nextflow run scripts/cluster/attention.nf --image /data/pictures --output /data/answers \
//     --prompt "How many cells are there?"
params.parts = 8

process shard {
    cpus 2
    memory 8.GB
    input: val part
    output: val part
    script:
    """
    OMP_NUM_THREADS=${task.cpus} '${launchDir}/scripts/attention' --shard ${part}/${params.parts} \
      --image '${params.image}' --output '${params.output}' --prompt '${params.prompt}'
    """
}

process tables {
    input: val parts
    script:
    "'${launchDir}/scripts/attention' --merge '${params.output}'"
}

workflow {
    Channel.of(1..params.parts) | shard | collect | tables
}
